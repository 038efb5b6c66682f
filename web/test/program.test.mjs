// The program's own page in a browser: LENET=../build/release/lenet npm run program
// Needs Fashion-MNIST where the program finds it.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { launch, openPage, see, waitForText, waitUntil } from "./browser.mjs";
import { end, hasThisPage, missing, runOnce, start, startForeignSite } from "./program.mjs";

const kName = "<img src=x onerror=alert(1)>";

let browser;
let folder;
let train; // {url, child} of a run that goes on
let opened; // the page that shows it
before(async () => {
  assert.equal(missing(), "");
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), "lenet-program-"));
  const options = ["--page", "--page-port", "0", "--epochs", "60", "--name", kName];
  train = await start("train", ...options, "--out", join(folder, "run"));
  opened = await openPage(browser, train.url);
});
after(async () => {
  if (train) await end(train.child, "SIGKILL");
  await browser?.close();
  if (folder) await rm(folder, { recursive: true });
});

test("the program has the page that is here", async () => {
  assert.ok(await hasThisPage(train.url), "web/dist/page.html is another: build the program anew");
});

test("the curve grows, and the name is shown as it is", async () => {
  const { page } = opened;
  await waitForText(page, kName);
  const last = () => Number(/[\d.]+/.exec(document.querySelector(".readout b")?.textContent ?? ""));
  await waitUntil(page, () => /\d/.test(document.querySelector(".readout b")?.textContent ?? ""));
  const before = await page.evaluate(last);
  await waitUntil(
    page,
    (from) => Number(/[\d.]+/.exec(document.querySelector(".readout b").textContent)) > from + 0.3,
    before,
  );
});

test("a cell of the confusion opens its images", async () => {
  const { page } = opened;
  await see(page, "#confusion", ".matrix button");
  await page.getByRole("button", { name: /^true shirt, said t-shirt: \d/ }).click();
  await page.locator(".opened .tiles canvas").first().waitFor();
  await waitUntil(page, () => document.querySelector(".opened canvas").width === 28);
  await page.getByRole("button", { name: "Close" }).first().click();
});

test("an image is chosen, its maps are shown, and a pixel of them adds up", async () => {
  const { page } = opened;
  await see(page, "#network", ".layers .map canvas");
  await page.getByLabel("Test image", { exact: true }).fill("23");
  await page.keyboard.press("Enter");
  await page.locator(".layers .flat").first().waitFor();
  await page.locator('.image-chooser canvas[aria-label="test image 23"]').waitFor();
  const second = page.locator(".layers > li", { hasText: "Conv2d(16, 5)" });
  await second.locator(".map").nth(7).click();
  await page.locator(".part").nth(5).waitFor();
  // The sums are of one epoch's values and weights, once both are here.
  await waitUntil(page, () => {
    const text = document.querySelector(".pixel").textContent;
    return text.includes("The network's own value") && !text.includes("They differ");
  });
  assert.equal(await page.locator(".outputs tr").count(), 10);
});

test("the filters and the weights of the epochs are shown", async () => {
  const { page } = opened;
  await see(page, "#filters", ".filters canvas");
  assert.equal(await page.locator(".filters canvas").count(), 6);
  await see(page, "#weights", ".strip canvas");
  assert.equal(await page.locator(".moves tbody tr").count(), 10);
  await page.locator('canvas[aria-label^="|update| / |weight| of each epoch"]').waitFor();
});

test("a drawing has its probabilities", async () => {
  const { page } = opened;
  await see(page, "#try", ".pad");
  const pad = page.locator(".pad");
  await pad.scrollIntoViewIfNeeded();
  const { x, y } = await pad.boundingBox();
  await page.mouse.move(x + 80, y + 40);
  await page.mouse.down();
  for (const [right, down] of [[80, 240], [200, 240], [200, 40]])
    await page.mouse.move(x + right, y + down, { steps: 6 });
  await page.mouse.up();
  await page.locator(".said .bar").first().waitFor();
  const text = await page.locator(".said .outputs").innerText();
  const sum = text.match(/[\d.]+(?=%)/g).reduce((total, part) => total + Number(part), 0);
  assert.ok(Math.abs(sum - 100) < 1, text);
});

test("theme and language can be switched", async () => {
  const { page } = opened;
  const background = () => getComputedStyle(document.body).backgroundColor;
  await page.getByLabel("Theme").selectOption("light");
  const light = await page.evaluate(background);
  await page.getByLabel("Theme").selectOption("dark");
  await waitUntil(page, (was) => getComputedStyle(document.body).backgroundColor !== was, light);
  await page.getByRole("button", { name: "中文" }).click();
  for (const text of ["混淆矩阵", "网络", "滤波器", "权重", "试一试"]) await waitForText(page, text);
  await page.getByRole("button", { name: "English" }).click();
});

test("eight tabs show the run, and those that are hidden hold no stream", async () => {
  const tabs = [];
  const hide = () => {
    Object.defineProperty(document, "hidden", { value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const context = await browser.newContext();
  await context.addInitScript(() => {
    const streams = [];
    window.EventSource = class extends EventSource {
      constructor(...address) {
        super(...address);
        streams.push(this);
      }
    };
    window.openStreams = () => streams.filter((one) => one.readyState !== one.CLOSED).length;
  });
  for (let i = 0; i < 8; i++) {
    const page = await context.newPage();
    await page.goto(train.url);
    await waitForText(page, kName);
    await page.locator('canvas[aria-label*="train loss last"]').waitFor({ timeout: 10000 });
    if (i < 7) await page.evaluate(hide);
    tabs.push(page);
  }
  const streams = await Promise.all(tabs.map((page) => page.evaluate(() => window.openStreams())));
  assert.deepEqual(streams, [0, 0, 0, 0, 0, 0, 0, 1]);
  await context.close();
});

test("a page of another site gets nothing", async () => {
  const site = await startForeignSite(train.url);
  const context = await browser.newContext();
  const page = await context.newPage();
  const answers = [];
  page.on("response", (answer) => {
    if (answer.url().startsWith(train.url)) answers.push(answer);
  });
  await page.goto(site.url, { waitUntil: "load" });
  const got = await page.evaluate(async (url) => {
    const tried = (options) => fetch(`${url}run/0/network.json`, options).then(
      async (answer) => `${answer.type} ${answer.status} ${(await answer.text()).length}`,
      () => "refused",
    );
    const stream = await new Promise((resolve) => {
      const events = new EventSource(`${url}events`);
      events.onopen = () => resolve("open");
      events.onerror = () => resolve("refused");
    });
    document.querySelector("#form").submit();
    const known = ["before", "loaded", "frame", "sink", "form"];
    return {
      fetch: await tried({}),
      opaque: await tried({ mode: "no-cors" }),
      stream,
      loaded,
      globals: Object.keys(window).filter((name) => !before.has(name) && !known.includes(name)),
    };
  }, train.url);
  assert.equal(got.fetch, "refused");
  assert.match(got.opaque, /^(refused|opaque 0 0)$/);
  assert.equal(got.stream, "refused");
  assert.deepEqual(got.loaded, []);
  assert.deepEqual(got.globals.filter((name) => !/^\d+$/.test(name)), []);
  while (!answers.some((answer) => answer.request().method() === "POST"))
    await page.waitForTimeout(20);
  for (const answer of answers) {
    const what = `${answer.request().method()} ${answer.url()}`;
    assert.ok(answer.status() >= 400, `${what}: ${answer.status()}`);
    const names = Object.keys(answer.headers());
    assert.deepEqual(names.filter((name) => name.startsWith("access-control")), [], what);
  }
  for (const frame of page.frames().slice(1))
    assert.equal(await frame.locator("#page, #data").count(), 0, frame.url());
  await context.close();
  site.close();
});

test("nothing went wrong on the page so far", () => assert.deepEqual(opened.troubles, []));

test("a program that is killed is said to be away, and its data stay", async () => {
  const { page } = opened;
  await end(train.child, "SIGKILL");
  await waitForText(page, "reconnecting…");
  const shown = ['canvas[aria-label*="train loss last"]', ".matrix button", ".layers canvas"];
  await page.locator(".gallery button").first().click();
  await waitForText(page, "Could not be loaded: the program does not answer");
  for (const kept of shown) assert.ok((await page.locator(kept).count()) > 0, kept);
  assert.equal(await page.locator("h1").innerText(), kName);
});

test("a report works as a file, of the killed run and of one that has ended", async () => {
  const report = join(folder, "report.html");
  runOnce("train", "--epochs", "2", "--out", join(folder, "ended"));
  runOnce("report", join(folder, "run"), join(folder, "ended"), "-o", report);
  const { page, troubles, context } = await openPage(browser, pathToFileURL(report).href);
  await waitForText(page, "finished");
  await see(page, "#confusion", ".matrix button");
  await waitUntil(page, () => document.querySelector(".tiles canvas")?.width === 28);
  await see(page, "#network", ".layers .map canvas");
  await page.getByRole("button", { name: "Next" }).first().click();
  assert.equal(await page.locator("#try").count(), 0);
  await page.locator(".chooser select").selectOption(kName);
  await waitUntil(page, (name) => document.querySelector("h1").textContent === name, kName);
  await page.locator('canvas[aria-label*="train loss last"]').first().waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});
