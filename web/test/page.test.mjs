// The page in a browser, against simulated runs: that of $CHROMIUM, or Debian's.
import assert from "node:assert/strict";
import { readFile, writeFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { launch, openPage, pickPixel, see, waitForText, waitUntil } from "./browser.mjs";
import { kPage, onMockedPage, simulatedRuns } from "./mock.mjs";
import { kClasses, reportOf, SimulatedRun } from "./simulation.mjs";
import { networksOfReport } from "./small_network.mjs";

const kHostile = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(2)</script>",
  "javascript:alert(3)",
  "\u2028\u001b[31m=1+1",
];
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), "lenet-page-"));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

const onPage = (runs, check, options) => onMockedPage(browser, runs, check, options);

function hostileRun() {
  const options = { model: kHostile[1], lr: 0.1, [kHostile[0]]: kHostile[2] };
  const run = new SimulatedRun(0, {
    name: kHostile[0],
    folder: kHostile[2],
    note: kHostile[1],
    model: kHostile[2],
    why: kHostile[1],
    data: kHostile[3],
    command: kHostile[0],
    notes: [...kHostile],
    options,
  });
  run.advance(2350);
  return run;
}

async function openAll(page) {
  await page.evaluate(() =>
    document.querySelectorAll("details").forEach((one) => (one.open = true)),
  );
  await page.locator(".evaluation").scrollIntoViewIfNeeded(); // what is not seen is not fetched
  await page.locator(".confusion").waitFor();
  await page.locator(".tiles canvas").first().waitFor();
  await see(page, "#network", ".layers .map canvas");
  await see(page, "#weights", ".strip canvas");
}

async function violations(page) {
  // Playwright evaluates over the protocol, which the page's policy does not forbid.
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => window.axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

const lastStep = () => Number(/\d+/.exec(document.querySelector(".readout b").textContent)[0]);

test("the curve grows while the run goes on", () =>
  onPage(simulatedRuns(1), async (page) => {
    await page.getByLabel("Over").first().selectOption("step");
    await waitUntil(page, () => /\d/.test(document.querySelector(".readout b")?.textContent ?? ""));
    const before = await page.evaluate(lastStep);
    await waitUntil(
      page,
      (step) => {
        const text = document.querySelector(".readout b").textContent.replaceAll(",", "");
        return Number(/\d+/.exec(text)[0]) > step + 100;
      },
      before,
    );
    await page.locator('canvas[aria-label*="train loss last"]').waitFor();
  }));

test("a cut connection is said and mended", () =>
  onPage(simulatedRuns(1), async (page, mock, troubles) => {
    await waitForText(page, "live");
    mock.cut();
    await waitForText(page, "reconnecting…");
    await waitForText(page, "live");
    troubles.length = 0; // the browser itself reports the cut
  }));

test("a hidden tab holds no connection", () =>
  onPage(simulatedRuns(1), async (page, mock) => {
    const hide = (hidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    const readers = async (count) => {
      while (mock.readers() !== count) await page.waitForTimeout(20);
    };
    await readers(1);
    await hide(true);
    await readers(0);
    await hide(false);
    await readers(1);
  }));

test("curves can be saved as CSV and SVG", () =>
  onPage(simulatedRuns(1), async (page) => {
    await page.locator('canvas[aria-label*="train loss last"]').waitFor();
    const saved = async (name) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name }).click(),
      ]);
      return readFile(await download.path(), "utf8");
    };
    assert.match(
      await saved("CSV"),
      /^step,epoch,seconds,train_loss,train_acc,test_acc\r\n47,0.2,/,
    );
    assert.match(await saved("SVG: loss"), /<title>train loss<\/title><\/polyline>/);
  }));

test("a cell opens its images, and arrow keys move between cells", () =>
  onPage(simulatedRuns(1), async (page) => {
    const cell = page.getByRole("button", { name: /^true pullover, said t-shirt: \d+/ });
    await cell.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await waitForText(page, "pullover, said to be t-shirt");
    await page.locator(".opened canvas").first().waitFor();
    await waitUntil(page, () => document.querySelector(".opened canvas").width === 28);
  }));

test("arrow keys move the cursor of both charts and say the values", () =>
  onPage(
    simulatedRuns(2)
      .slice(1)
      .map((run) => ((run.info.id = 0), run)),
    async (page) => {
      await page.locator(".chart").first().focus();
      for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
      await waitUntil(page, () => document.querySelector('.readout[aria-live="polite"]'));
      const shown = await page.locator(".u-cursor-x:not(.u-off)").count();
      assert.equal(shown, 2);
    },
  ));

test("theme and language can be switched, and stay", () =>
  onPage(simulatedRuns(1), async (page) => {
    const background = () => getComputedStyle(document.body).backgroundColor;
    await page.getByLabel("Theme").selectOption("dark");
    await waitUntil(page, () => document.documentElement.dataset.theme === "dark");
    const dark = await page.evaluate(background);
    await page.getByLabel("Theme").selectOption("light");
    await waitUntil(page, () => document.documentElement.dataset.theme === "light");
    assert.notEqual(await page.evaluate(background), dark);
    await page.getByRole("button", { name: "中文" }).click();
    await waitForText(page, "混淆矩阵");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
    await page.reload();
    await waitForText(page, "混淆矩阵");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  }));

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in the ${colorScheme} theme`, () =>
    onPage(
      simulatedRuns(6),
      async (page) => {
        await openAll(page);
        await page.getByRole("button", { name: /^true coat, said coat/ }).click();
        await page.locator(".opened canvas").first().waitFor();
        await pickPixel(page, "Conv2d(4, 3, padding=1)", 3);
        await page.locator(".part").first().waitFor();
        await page.locator(".gallery button").first().click();
        await page.locator(".said .bar").first().waitFor();
        assert.deepEqual(await violations(page), []);
      },
      { colorScheme },
    ));
}

test("hostile texts are shown as they are", () =>
  onPage(
    [hostileRun()],
    async (page) => {
      await openAll(page);
      for (const text of kHostile.slice(0, 3)) await waitForText(page, text);
      assert.equal(await page.locator("img, a[href^=javascript]").count(), 0);
    },
    { classes: [...kHostile, "4", "5", "6", "7", "8", "9"] },
  ));

test("a report works as a file, hostile texts included", async () => {
  const page = await readFile(kPage, "utf8");
  const slot = '<script type="application/json" id="data">null</script>';
  assert.equal(page.split(slot).length, 2);
  const runs = [hostileRun()];
  const report = { ...reportOf(runs), ...networksOfReport(runs, kClasses) };
  const json = JSON.stringify(report).replaceAll("<", "\\u003c");
  const file = join(folder, "report.html");
  await writeFile(
    file,
    page.replace(slot, () => slot.replace("null", () => json)),
  );
  const opened = await openPage(browser, pathToFileURL(file).href);
  await openAll(opened.page);
  await opened.page
    .getByRole("button", { name: /said t-shirt|true ankle boot, said bag/ })
    .first()
    .click();
  await waitUntil(opened.page, () => document.querySelector(".tiles canvas").width === 28);
  await waitForText(opened.page, kHostile[0]);
  await opened.page.getByRole("button", { name: "Next" }).first().click();
  await waitForText(opened.page, "of 3");
  await pickPixel(opened.page, "Conv2d(4, 5, padding=2)", 1);
  await waitForText(opened.page, "a report has no parameters");
  assert.equal(await opened.page.locator("#try").count(), 0);
  assert.deepEqual(opened.troubles, []);
  await opened.context.close();
});

for (const path of ["", "?lang=zh"]) {
  test(`360 pixels are wide enough: ${path || "English"}`, () =>
    onPage(
      [hostileRun(), ...simulatedRuns(6).slice(1)],
      async (page) => {
        await openAll(page);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.equal(width, 360);
      },
      { path, viewport: { width: 360, height: 740 } },
    ));
}

test("a thousand runs are listed, filtered and sorted; a hundred are overlaid", () =>
  onPage(simulatedRuns(1000), async (page) => {
    await waitForText(page, "1,000 of 1,000 runs");
    await page.getByRole("searchbox").fill("lr=0\\.3");
    await waitForText(page, "200 of 1,000 runs");
    await page.getByRole("button", { name: "seed", exact: true }).first().click();
    await page.getByRole("button", { name: "Show 100 best" }).click();
    await page.locator('canvas[aria-label*="100 curves"]').waitFor();
    await page.getByLabel("Group by all but the seed").check();
    await waitForText(page, "1 of 5 groups");
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: /^lr, from 0.03 to 2/ }).focus();
    await page.keyboard.press("ArrowUp");
    await waitForText(page, "4 of 5 groups");
    await page.keyboard.press("Enter");
    await waitForText(page, "5 of 5 groups");
  }));
