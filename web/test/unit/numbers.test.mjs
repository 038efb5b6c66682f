import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";

const { smoothed } = await load("smoothing.ts");
const { wilson } = await load("wilson.ts");
const { csv, csvOfColumns } = await load("csv.ts");
const { meanCurve, groupBySeed, differingOptions } = await load("groups.ts");
const { ticks, svgOf } = await load("svg.ts");
const { classFigures } = await load("class_bars.tsx");

test("smoothing leaves a constant as it is, exactly", () => {
  for (const weight of [0, 0.3, 0.9, 0.99, 1]) {
    for (const constant of [0.1, 2.302585, 1e-30, -7]) {
      assert.deepEqual(
        smoothed(new Array(500).fill(constant), weight),
        new Array(500).fill(constant),
      );
    }
  }
});

test("smoothing is the weighted mean of the values so far", () => {
  const [first, second, third] = smoothed([1, 2, 4], 0.5);
  assert.equal(first, 1);
  assert.ok(Math.abs(second - (2 + 0.5 * 1) / 1.5) < 1e-12);
  assert.ok(Math.abs(third - (4 + 0.5 * 2 + 0.25 * 1) / 1.75) < 1e-12);
});

test("smoothing passes over what has no value", () => {
  assert.deepEqual(smoothed([1, null, NaN, 1], 0.9), [1, null, null, 1]);
});

// 81 of 263 is the example of Newcombe (1998), table I: 0.2553 to 0.3662.
test("Wilson's interval is that of the literature", () => {
  const { low, high } = wilson(81 / 263, 263);
  assert.ok(Math.abs(low - 0.2553) < 5e-5);
  assert.ok(Math.abs(high - 0.3662) < 5e-5);
});

test("Wilson's interval of none in 20 reaches 0.1611, and none of it is below 0", () => {
  const { low, high } = wilson(0, 20);
  assert.equal(low, 0);
  assert.ok(Math.abs(high - 0.1611) < 5e-5);
  assert.ok(Math.abs(wilson(1, 20).low - (1 - 0.1611)) < 5e-5);
});

test("CSV quotes what needs it and leaves no formula", () => {
  assert.equal(
    csv(
      ["a", "b,c"],
      [
        [1.5, 'x"y'],
        [null, "=1+1"],
      ],
    ),
    'a,"b,c"\r\n1.5,"x""y"\r\n,\'=1+1\r\n',
  );
  assert.equal(csvOfColumns({ step: [1, 2], loss: [0.5, null] }), "step,loss\r\n1,0.5\r\n2,\r\n");
});

const run = (id, options) => ({ id, name: `run ${id}`, options });

test("runs that differ by the seed alone are one group", () => {
  const runs = [
    run(0, { lr: 0.1, seed: 0, device: "cpu" }),
    run(1, { seed: 1, lr: 0.1, device: "cuda:0" }),
    run(2, { lr: 0.5, seed: 0 }),
    run(3, { lr: 0.5, seed: 7 }),
    run(4, { lr: 0.9, seed: 0 }),
  ];
  const groups = groupBySeed(runs);
  assert.deepEqual(
    groups.map((group) => group.runs.map((one) => one.id)),
    [[0, 1], [2, 3], [4]],
  );
  assert.deepEqual(
    groups.map((group) => group.label),
    ["lr=0.1", "lr=0.5", "run 4"],
  );
  assert.deepEqual(differingOptions(runs), ["lr", "seed", "device"]);
});

test("the mean and the sample's deviation are over the curves that have a point there", () => {
  const { x, mean, deviation } = meanCurve([
    { x: [1, 2], y: [1, 5] },
    { x: [1, 2, 3], y: [3, 5, 8] },
  ]);
  assert.deepEqual(x, [1, 2, 3]);
  assert.deepEqual(mean, [2, 5, 8]);
  assert.deepEqual(deviation, [Math.SQRT2, 0, 0]);
});

test("recall is by row, precision by column", () => {
  const confusion = [
    [8, 2, 0],
    [4, 4, 0],
    [0, 0, 0],
  ];
  assert.deepEqual(classFigures(confusion, 0), { recall: 0.8, precision: 8 / 12, takenFor: 1 });
  assert.deepEqual(classFigures(confusion, 2), { recall: null, precision: null, takenFor: -1 });
});

test("ticks are round", () => {
  assert.deepEqual(ticks(0, 10), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(0.31, 0.93), [0.4, 0.6, 0.8]);
});

test("an SVG has each curve with its dashes, and hostile names as text", () => {
  const curve = { key: "a", label: "</title><script>", color: "--blue", dash: [9, 5], width: 2 };
  const figure = { title: "loss", xLabel: "epoch", log: false, colorOf: () => "rgb(1, 2, 3)" };
  const text = svgOf({ ...figure, curves: [{ ...curve, opacity: 1, x: [0, 1], y: [0, 2] }] });
  assert.match(text, /stroke-dasharray="9 5" points="60.00,350.00 620.00,40.00"/);
  assert.ok(!text.includes("<script>"));
});
