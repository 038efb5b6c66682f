// The program itself, for the tests that drive it: that of $LENET.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const kProgram = process.env.LENET ?? "";

/** Why there is no program to test; "" where there is one. */
export function missing() {
  if (!kProgram) return "LENET is not set: it names the program, as build/release/lenet";
  return existsSync(kProgram) ? "" : `LENET names ${kProgram}, which does not exist`;
}

/** Starts it, and answers with the address of its page. */
export async function start(...options) {
  const child = spawn(kProgram, options, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    child.stderr.on("data", (text) => {
      said += text;
      const found = /the page: (http:\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(failure(options, code, said)));
  });
  return { url, child };
}

function failure([command], status, said) {
  return new Error(`lenet ${command} ended with ${status}: ${said}`);
}

export async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill(signal);
  await ended;
}

export function runOnce(...options) {
  const { status, stderr } = spawnSync(kProgram, options, { encoding: "utf8" });
  if (status !== 0) throw failure(options, status, stderr);
}

/** A site of somebody else, who knows the address of the page and tries what a browser allows. */
export async function startForeignSite(url) {
  const html = `<!DOCTYPE html><title>elsewhere</title>
<script>const before = new Set(Object.keys(window)); window.loaded = [];</script>
<script src="${url}run/0/points.json" onload="loaded.push('script')"></script>
<script src="${url}" onload="loaded.push('page as script')"></script>
<img src="${url}run/0/images?ids=0" onload="loaded.push('img')">
<iframe name="frame" src="${url}"></iframe>
<object data="${url}" type="text/html" onload="loaded.push('object')"></object>
<form id="form" method="POST" action="${url}run/0/predict" enctype="text/plain" target="sink">
<input name="a" value="b"></form>
<iframe name="sink"></iframe>`;
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(html);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

/** Whether the program was built with the page that is here. */
export async function hasThisPage(url) {
  const dist = readFileSync(new URL("../dist/page.html", import.meta.url), "utf8");
  return (await (await fetch(url)).text()) === dist;
}
