import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";
import { SimulatedRun, safetensorsOf, imageBytes, kClasses, reportOf } from "../simulation.mjs";
import { networksOfReport, tensorsFile } from "../small_network.mjs";

const { Table } = await load("table.ts");
const { Store } = await load("store.ts");
const { align, pointsOf, valueAt } = await load("curve.ts");
const { readImages, readTensors } = await load("safetensors.ts");
const { EmbeddedSource } = await load("embedded_source.ts");
const { filtered, rowsOf, sorted, columnsOf } = await load("compare_rows.ts");
const { axesOf, withinBrushes } = await load("axes.ts");
const { kWords } = await load("lang.ts");

const rows = (from, loss, changes = {}) => ({
  run: 0,
  table: "points",
  version: 1,
  from,
  next: from + loss.length,
  columns: { step: loss.map((_, i) => from + i), loss },
  ...changes,
});

test("rows that follow are taken, old ones are known, and a gap is seen", () => {
  const table = new Table(100);
  assert.equal(table.append(rows(0, [5, 4])), "taken");
  assert.equal(table.append(rows(2, [3])), "taken");
  assert.equal(table.append(rows(1, [4, 3])), "known");
  assert.equal(table.append(rows(2, [3, 2, 1])), "taken");
  assert.deepEqual(table.columns.loss, [5, 4, 3, 2, 1]);
  assert.equal(table.append(rows(7, [0])), "gap");
  assert.deepEqual(table.columns.step, [0, 1, 2, 3, 4]);
});

test("a new version begins anew, or is a gap in its midst", () => {
  const table = new Table(100);
  table.append(rows(0, [5, 4]));
  assert.equal(table.append(rows(2, [1], { version: 2 })), "gap");
  assert.equal(table.append(rows(0, [9], { version: 2 })), "taken");
  assert.deepEqual(table.columns.loss, [9]);
  assert.ok(table.behind({ version: 2, rows: 2 }) && !table.behind({ version: 2, rows: 1 }));
});

test("columns that come later or stay away have no values there", () => {
  const table = new Table(100);
  table.append(rows(0, [5, 4]));
  table.append({ ...rows(2, []), next: 3, columns: { step: [2], acc: [0.5] } });
  assert.deepEqual(table.columns, { step: [0, 1, 2], loss: [5, 4, null], acc: [null, null, 0.5] });
});

/** A source whose run has so many rows, which says what it was asked. */
class FakeSource {
  live = true;
  asked = [];
  constructor(run) {
    this.run = run;
  }
  follow(onChange) {
    this.tell = onChange;
    onChange({ kind: "runs", runs: [structuredClone(this.run.info)] });
  }
  async rows(run, table, from, most) {
    this.asked.push([table, from]);
    return this.run.rowsFrom(table, from, most);
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("the store keeps a hundred thousand rows as some thousands, and fetches gaps", async () => {
  const run = new SimulatedRun(0);
  const source = new FakeSource(run);
  const store = new Store(source);
  store.start();
  store.show(0, []);
  run.info.epochs = 1e9;
  for (let sent = 0; sent < 200; sent++) {
    const from = run.advance(500);
    if (sent === 50) continue; // left out: the next one shows the gap
    source.tell({ kind: "rows", rows: run.rowsFrom("steps", from.steps) });
    if (sent % 10 === 0) await settled();
  }
  await settled();
  const table = store.table(0, "steps");
  assert.equal(table.next, 100000);
  assert.ok(table.count <= 16000, `${table.count} rows`);
  const asked = source.asked.filter(([name]) => name === "steps");
  assert.ok(asked.length < 25, `${asked.length} requests`);
  assert.equal(table.columns.step.at(-1), 100000);
  assert.ok(table.columns.step.every((step, i, all) => i === 0 || step > all[i - 1]));
});

test("rows of runs that are not shown are not kept", async () => {
  const source = new FakeSource(new SimulatedRun(0));
  const store = new Store(source);
  store.start();
  store.show(0, []);
  assert.ok(store.table(0, "points"));
  store.show(1, []);
  assert.equal(store.table(0, "points"), undefined);
});

test("curves of different x lie side by side", () => {
  const curves = [
    { x: [1, 2], y: [5, 6] },
    { x: [0, 2, 3], y: [7, 8, 9] },
  ];
  assert.deepEqual(align(curves), [
    [0, 1, 2, 3],
    [null, 5, 6, null],
    [7, null, 8, 9],
  ]);
  assert.deepEqual(align(curves.slice(0, 1), [0, 4]), [
    [0, 1, 2, 4],
    [null, 5, 6, null],
  ]);
  assert.deepEqual(pointsOf([1, 2, null, 1.5, 3], [4, null, 5, 6, 7]), {
    x: [1, 1.5, 3],
    y: [4, 6, 7],
  });
  assert.equal(valueAt(curves[1], 2.5), 8);
  assert.equal(valueAt(curves[0], 0.5), null);
});

function arrayOf(buffer) {
  return new Uint8Array(buffer).buffer;
}

test("images come from a safetensors file as they were", () => {
  const { shape, bytes } = readImages(arrayOf(safetensorsOf([3, 8])));
  assert.deepEqual(shape, [2, 1, 28, 28]);
  assert.deepEqual(bytes.subarray(784), imageBytes(8));
});

test("a safetensors file that is cut anywhere is refused", () => {
  const file = arrayOf(safetensorsOf([3], 4));
  for (let length = 0; length < file.byteLength; length++) {
    assert.throws(() => readImages(file.slice(0, length)), /^Error: images: /);
  }
});

test("floats come from a safetensors file in the order of their bytes", () => {
  const tensors = ["3.0", "10", "2"].map((name, i) => ({
    name,
    shape: [2, i + 1],
    values: Float32Array.from({ length: 2 * i + 2 }, (_, k) => i - k / 8),
  }));
  const read = readTensors(arrayOf(tensorsFile(tensors)));
  assert.deepEqual([...read.keys()], ["3.0", "10", "2"]);
  for (const { name, shape, values } of tensors)
    assert.deepEqual(read.get(name), { shape, values });
});

test("a file of floats that is cut anywhere, or of other sizes, is refused", () => {
  const values = Float32Array.from([1, 2, 3, 4]);
  const file = arrayOf(tensorsFile([{ name: "a", shape: [4], values }]));
  for (let length = 0; length < file.byteLength; length++)
    assert.throws(() => readTensors(file.slice(0, length)), /^Error: tensors: /);
  const wrong = arrayOf(tensorsFile([{ name: "a", shape: [5], values }]));
  assert.throws(() => readTensors(wrong), /the shape does not match the bytes/);
});

test("a report gives what it holds, and names an image that it lacks", async () => {
  const run = new SimulatedRun(0);
  run.advance(2350);
  const source = new EmbeddedSource({ ...reportOf([run]), ...networksOfReport([run], kClasses) });
  const { mistakes } = await source.evaluation(0);
  const { shape, bytes } = await source.images(0, [mistakes[5].image]);
  assert.deepEqual(shape, [1, 1, 28, 28]);
  assert.deepEqual(bytes, imageBytes(mistakes[5].image));
  assert.equal((await source.rows(0, "points")).next, run.rows("points"));
  assert.deepEqual(await source.cell(0, 99, 99), []);
  await assert.rejects(source.images(0, [123456]), /image 123456 is not in this report/);
  const [image] = source.lookedInto(0);
  assert.equal((await source.network(0)).layers[0].text, "Conv2d(4, 5, padding=2)");
  assert.equal((await source.weights(0)).epochs.length, 10);
  assert.deepEqual((await source.layers(0, image)).get("6").shape, [10]);
  await assert.rejects(source.layers(0, 1), /layers of image 1 are not in this report/);
  await assert.rejects(source.parameters(), /a report has no parameters/);
  await assert.rejects(source.network(7), /no network of run 7/);
});

const runs = [0.03, 3, 0.3].map((lr, id) => {
  const { info } = new SimulatedRun(id, { lr, name: `run-${id}` });
  return { ...info, best: id === 1 ? null : 0.5 + id / 10 };
});

test("the table of runs sorts with what is not known last, and finds names and options", () => {
  const all = rowsOf(runs, false);
  const columns = columnsOf(runs, false);
  const names = (list) => list.map((row) => row.label);
  assert.deepEqual(columns, ["option lr", "option seed"]);
  assert.deepEqual(names(sorted(all, "best", true)), ["run-2", "run-0", "run-1"]);
  assert.deepEqual(names(sorted(all, "best", false)), ["run-0", "run-2", "run-1"]);
  assert.deepEqual(names(sorted(all, "option lr", false)), ["run-0", "run-2", "run-1"]);
  assert.deepEqual(names(filtered(all, "lr=0", columns)), ["run-0", "run-2"]);
  assert.equal(filtered(all, "(", columns), null);
});

test("a brush keeps the rows within it, on a logarithmic axis too", () => {
  const all = rowsOf(runs, false);
  const axes = axesOf(all, ["option lr"]);
  const place = (id) => axes[0].place(all[id]);
  assert.deepEqual([place(0), place(1)], [0, 1]);
  assert.ok(Math.abs(place(2) - 0.5) < 1e-12);
  const kept = all.filter((row) => withinBrushes(row, axes, { "option lr": [0.4, 1] }));
  assert.deepEqual(
    kept.map((row) => row.label),
    ["run-1", "run-2"],
  );
});

test("both languages have the same words", () => {
  assert.deepEqual(Object.keys(kWords.zh).sort(), Object.keys(kWords.en).sort());
  for (const [key, text] of Object.entries(kWords.zh))
    assert.equal(typeof text, typeof kWords.en[key]);
});
