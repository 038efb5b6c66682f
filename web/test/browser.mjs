// What tests need of a browser, whatever server they drive.
import { chromium } from "playwright-core";

/** Its own sandbox wants rights that containers lack; what the tests open is their own. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

/** A page, and what went wrong on it: dialogs, errors, and what its policy refused. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ locale: "en-US", ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(url);
  return { page, troubles, context };
}

export function waitForText(page, text) {
  return page.getByText(text).first().waitFor({ timeout: 10000 });
}

/** Waits until the function, run in the page, is true. */
export function waitUntil(page, condition, argument) {
  return page.waitForFunction(condition, argument, { timeout: 10000 });
}

/**
 * Scrolls there until it is shown: what is not on the screen is not fetched. Sections come one by
 * one: before there is the place, to where it comes.
 */
export async function see(page, place, wanted) {
  await waitUntil(
    page,
    ([place, wanted]) => {
      const last = document.querySelector(".network > :last-child");
      (document.querySelector(place) ?? last)?.scrollIntoView();
      return document.querySelector(wanted);
    },
    [place, wanted],
  );
}

/** Clicks on the middle of a map of a layer. */
export async function pickPixel(page, layer, map) {
  const strip = page.locator(".layers > li", { hasText: layer }).first();
  await strip.locator(".map").nth(map).click({ position: { x: 29.5, y: 29.5 } });
}
