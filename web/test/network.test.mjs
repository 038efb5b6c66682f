// The page's sections on the network in a browser, against a small network that computes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, pickPixel, see, waitForText, waitUntil } from "./browser.mjs";
import { onMockedPage, simulatedRuns } from "./mock.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const onPage = (runs, check, options) => onMockedPage(browser, runs, check, options);

test("a pixel of a convolution is explained, and the sum is that of the network", () =>
  onPage(simulatedRuns(2).slice(1).map((run) => ((run.info.id = 0), run)), async (page) => {
    await see(page, "#network", ".layers .map canvas");
    await pickPixel(page, "Conv2d(4, 5, padding=2)", 1);
    await waitForText(page, "Channel 1, row 14, column 14");
    const sums = async (rows) => {
      const text = await page.getByText(/^Sum of all products/).innerText();
      const [, , made, own] = text.match(/-?\d+\.\d+(e-?\d+)?/g).map(Number);
      assert.ok(Math.abs(made - own) <= 1e-3 * Math.abs(own) + 1e-4, text);
      assert.equal(await page.locator(".part").count(), rows);
    };
    await sums(1);
    await page.keyboard.press("ArrowLeft");
    await waitForText(page, "Channel 1, row 14, column 13");
    await page.keyboard.press("PageDown");
    await waitForText(page, "Channel 2, row 14, column 13");
    await sums(1);
    for (const layer of ["Conv2d(4, 3, padding=1)", "Conv2d(6, (3, 5), stride=2, bias=False)"]) {
      await pickPixel(page, layer, 3);
      await waitForText(page, "Channel 3");
      await sums(4);
    }
    assert.equal(await page.getByText(/They differ/).count(), 0);
    await pickPixel(page, "ReLU", 0);
    await waitForText(page, /^ReLU makes \d/);
    await waitForText(page, "1 of 4 channels are 0 for all of 64 test images.");
  }));

test("the image looked into is chosen by its number, and by a click on a mistake", () =>
  onPage(simulatedRuns(1), async (page) => {
    await see(page, "#network", ".layers .map canvas");
    await page.getByLabel("Test image", { exact: true }).fill("17");
    await page.keyboard.press("Enter");
    await page.locator('.image-chooser canvas[aria-label="test image 17"]').waitFor();
    await page.getByRole("button", { name: "Next" }).first().click();
    await page.locator('.image-chooser canvas[aria-label="test image 18"]').waitFor();
    const mistake = page.locator(".evaluation .tiles button").nth(3);
    const number = /\d+/.exec(await mistake.locator("canvas").getAttribute("aria-label"))[0];
    await mistake.click();
    await page.locator(`.image-chooser canvas[aria-label="test image ${number}"]`).waitFor();
  }));

test("the filters follow the run until an epoch is chosen", () =>
  onPage(simulatedRuns(1), async (page) => {
    await see(page, "#filters", ".filters canvas");
    await waitUntil(page, () => {
      const title = document.querySelector("#filters");
      title.scrollIntoView(); // what is above it may still grow
      return title.textContent.includes("epoch 4");
    });
    await page.locator("section:has(> #filters) input").fill("0");
    await waitForText(page, "Filters after epoch 1");
    await page.locator('.moves canvas[aria-label^="values of 0.weight from epoch 1 to"]').waitFor();
    await page.locator('canvas[aria-label^="|update| / |weight| of each epoch"]').waitFor();
  }));

/** Pastes or drops an image, within the page. */
async function give([kind, photo]) {
  const bytes = Uint8Array.from(atob(photo), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "light.png", { type: "image/png" }));
  const event =
    kind === "paste"
      ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true })
      : new DragEvent(kind, { dataTransfer: data, bubbles: true });
  document.querySelector(".try").dispatchEvent(event);
}

test("a drawing is seen and judged; a light photo is inverted; clear clears", () =>
  onPage(simulatedRuns(1), async (page) => {
    await see(page, "#try", ".pad");
    await waitForText(page, "Nothing drawn yet.");
    const pad = page.locator(".pad");
    await pad.scrollIntoViewIfNeeded();
    const { x, y } = await pad.boundingBox();
    await page.mouse.move(x + 90, y + 60);
    await page.mouse.down();
    await page.mouse.move(x + 150, y + 220, { steps: 6 });
    await page.mouse.up();
    await page.locator(".said .bar").first().waitFor();
    assert.equal(await page.locator(".said tr").count(), 10);
    const corner = () =>
      page.evaluate(() => {
        const seen = document.querySelector(".try figure canvas");
        return [seen.width, seen.getContext("2d").getImageData(0, 0, 1, 1).data[0]];
      });
    assert.deepEqual(await corner(), [28, 0]);
    const photo = await page.evaluate(async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 90, height: 90 });
      const context = canvas.getContext("2d");
      context.fillStyle = "#eee";
      context.fillRect(0, 0, 90, 90);
      context.fillStyle = "#333";
      context.fillRect(30, 20, 30, 50);
      return canvas.toDataURL().split(",")[1];
    });
    const buffer = Buffer.from(photo, "base64");
    const file = page.getByLabel("Image file");
    await file.setInputFiles({ name: "light.png", mimeType: "image/png", buffer });
    await waitUntil(page, () => document.querySelector(".choice input[type=checkbox]").checked);
    assert.deepEqual(await corner(), [28, 17]);
    await file.setInputFiles({ name: "not.png", mimeType: "image/png", buffer: Buffer.from("no") });
    await waitForText(page, "The browser cannot read not.png as an image.");
    await page.getByRole("button", { name: "Clear" }).click();
    await waitForText(page, "Nothing drawn yet.");
    for (const kind of ["paste", "drop"]) {
      await page.evaluate(give, [kind, photo]);
      await waitUntil(page, () => document.querySelector(".choice input[type=checkbox]").checked);
      await page.getByRole("button", { name: "Clear" }).click();
      await waitUntil(page, () => !document.querySelector(".said"));
      await page.getByLabel("Invert").uncheck();
    }
    await page.locator(".gallery button").first().click();
    await page.locator(".said .bar").first().waitFor();
  }));

test("a finger draws, and does not scroll", () =>
  onPage(
    simulatedRuns(1),
    async (page) => {
      await see(page, "#try", ".pad");
      await page.locator(".pad").scrollIntoViewIfNeeded();
      const { x, y } = await page.locator(".pad").boundingBox();
      const before = await page.evaluate(() => scrollY);
      const touch = await page.context().newCDPSession(page);
      const send = (type, points) =>
        touch.send("Input.dispatchTouchEvent", { type, touchPoints: points });
      await send("touchStart", [{ x: x + 140, y: y + 200 }]);
      for (let down = 180; down >= 40; down -= 20)
        await send("touchMove", [{ x: x + 140, y: y + down }]);
      await send("touchEnd", []);
      await page.locator(".said .bar").first().waitFor();
      const above = page.locator(".pad").boundingBox();
      assert.deepEqual([await page.evaluate(() => scrollY), (await above).y], [before, y]);
    },
    { hasTouch: true, viewport: { width: 360, height: 740 } },
  ));
