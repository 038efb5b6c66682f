// A server like that of lenet, of simulated runs: for the page's tests, and to look at it by hand:
// node test/mock.mjs [RUNS]
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { openPage } from "./browser.mjs";
import { SimulatedRun, cellOf, imageBytes, kClasses, safetensorsOf } from "./simulation.mjs";
import { layersOf, networkOf, parametersOf, tensorsFile, weightsOf } from "./small_network.mjs";

const kToken = "0123456789abcdef0123456789abcdef";
const kTickMs = 100;
const kStepsATick = 12;

export const kPage = new URL("../dist/page.html", import.meta.url);

/** Serves the runs; those that are running train on while it is up. */
export async function startMock(runs, { classes = kClasses, stepsATick = kStepsATick } = {}) {
  const readers = new Set();
  const send = (reader, event, data) =>
    reader.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const tick = setInterval(() => {
    for (const run of runs.filter((one) => one.info.state === "running")) {
      const from = run.advance(stepsATick);
      for (const reader of readers) {
        send(reader, "run", run.info);
        for (const table of ["points", "steps"]) {
          if (run.rows(table) > from[table]) send(reader, "rows", run.rowsFrom(table, from[table]));
        }
      }
    }
  }, kTickMs);

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    const json = (value) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    const file = (bytes) => {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(bytes);
    };
    const refuse = (error) => {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ error }));
    };
    const path = url.pathname.split(`/${kToken}/`)[1];
    if (path === "") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(await readFile(kPage));
    } else if (path === "events") {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.write("retry: 1000\n\n");
      send(response, "hello", { schema: 1, runs: runs.map((run) => run.info) });
      readers.add(response);
      request.on("close", () => readers.delete(response));
    } else {
      const [, id, what] = /^run\/(\d+)\/([a-z.]+)$/.exec(path ?? "") ?? [];
      const run = runs[Number(id)];
      if (!run) return refuse("there is no such page");
      const number = (name, otherwise) => Number(url.searchParams.get(name) ?? otherwise);
      if (what === "points.json" || what === "steps.json") {
        json(run.rowsFrom(what.split(".")[0], number("from", 0), number("max", 4000)));
      } else if (what === "evaluation.json") {
        if (run.info.evaluation > 0) json(run.evaluation(classes));
        else refuse("there is no evaluation yet");
      } else if (what === "cell.json") {
        json(cellOf(run.evaluation(classes), number("true"), number("predicted")));
      } else if (what === "network.json") {
        json(networkOf(run, classes));
      } else if (what === "weights.json") {
        json(weightsOf(run));
      } else if (what === "images") {
        file(safetensorsOf(url.searchParams.get("ids").split(",").map(Number)));
      } else if (what === "layers") {
        file(tensorsFile(layersOf(imageBytes(number("image")), run.info.evaluation)));
      } else if (what === "parameters") {
        file(tensorsFile(parametersOf(run.info.evaluation)));
      } else if (what === "predict" && request.method === "POST") {
        const body = Buffer.concat(await request.toArray());
        file(tensorsFile(layersOf(body, run.info.evaluation, true)));
      } else {
        refuse("there is no such page");
      }
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/${kToken}/`,
    readers: () => readers.size,
    /** Cuts all connections to events, as a network does. */
    cut: () => readers.forEach((reader) => reader.destroy()),
    close: () => {
      clearInterval(tick);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A live run and finished ones beside it, by five learning rates and five seeds. */
export function simulatedRuns(count) {
  const rates = [0.03, 0.1, 0.3, 0.9, 2];
  return Array.from({ length: count }, (_, id) => {
    const lr = rates[id % rates.length];
    const seed = Math.floor(id / rates.length) % 5;
    const live = id === 0;
    const run = new SimulatedRun(id, { name: `lr${lr}-seed${seed}-${id}`, lr, seed });
    run.advance(live ? 500 : 2350);
    return run;
  });
}

/** Runs a check on a page of these runs, and that nothing went wrong on it. */
export async function onMockedPage(browser, runs, check, { path = "", classes, ...options } = {}) {
  const mock = await startMock(runs, { classes });
  const { page, troubles, context } = await openPage(browser, mock.url + path, options);
  try {
    await check(page, mock, troubles);
    assert.deepEqual(troubles, []);
  } finally {
    await context.close();
    await mock.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { url } = await startMock(simulatedRuns(Number(process.argv[2] ?? 25)));
  console.log(url);
}
