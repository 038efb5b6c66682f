import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const page = await readFile(new URL("../../dist/page.html", import.meta.url), "utf8");

const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const within = (tag) =>
  [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map((m) => m[1]);

test("the page has one script and one style, and its policy names them", () => {
  const [scripts, styles] = [within("script"), within("style")];
  assert.deepEqual([scripts.length, styles.length], [1, 1]);
  assert.ok(page.includes(`script-src ${hashOf(scripts[0])}`));
  assert.ok(page.includes(`style-src ${hashOf(styles[0])}`));
});

test("the page has one place for the data of a report", () => {
  assert.equal(page.split('<script type="application/json" id="data">null</script>').length, 2);
});

test("the page has the notices of what it is made with", () => {
  assert.match(page, /Copyright \(c\) 2015-present Jason Miller/);
  assert.match(page, /Copyright \(c\) 2022 Leon Sorokin/);
  assert.equal(page.split("The above copyright notice and this permission notice").length, 3);
});

test("the page asks for nothing from elsewhere", () => {
  assert.doesNotMatch(page, /(src|href)="(?!data:,)|url\(|@import|import\(/);
});
