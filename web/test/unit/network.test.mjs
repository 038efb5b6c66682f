import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../load.mjs";
import { imageBytes } from "../simulation.mjs";
import { layersOf, networkOf, parametersOf } from "../small_network.mjs";

const { agree, convOf, convParts, imageTensor, inputOf } = await load("conv.ts");
const { onOneAxis, ratiosOf } = await load("weight_moves.ts");
const { areDigits, bytesFor, centred, fitted, lightBorder, massOf } = await load("fit.ts");

test("the text of a Conv2d says its kernel, stride and padding", () => {
  const conv = (kernel, stride, padding) => ({ kernel, stride, padding });
  assert.deepEqual(convOf("Conv2d(6, 5, padding=2)"), conv([5, 5], [1, 1], [2, 2]));
  assert.deepEqual(convOf("Conv2d(16, 5)"), conv([5, 5], [1, 1], [0, 0]));
  assert.deepEqual(
    convOf("Conv2d(8, (3, 5), stride=(2, 1), padding=(1, 2), bias=False)"),
    conv([3, 5], [2, 1], [1, 2]),
  );
  assert.deepEqual(convOf("Conv2d(8, 4, padding='same')"), conv([4, 4], [1, 1], [1, 1]));
  for (const text of ["ReLU", "Linear(10)", "Conv2d(8, 3, groups=2)", "Conv2d(8, 3, dilation=2)"])
    assert.equal(convOf(text), null);
});

test("the input of a layer is what is before it, of a container's first the container's", () => {
  const paths = new Set(["0", "1", "1.0", "1.1", "2", "2.0.0", "2.1.0", "2.1.1", "2.1.1.0"]);
  const inputs = { 0: "", 1: "0", "1.0": "0", "1.1": "1.0", 2: "1", "2.1.0": "1" };
  for (const [path, input] of Object.entries(inputs)) assert.equal(inputOf(path, paths), input);
  assert.equal(inputOf("2.1.1.0", paths), "2.1.0");
});

test("patches times kernels give each value of each convolution", () => {
  const image = imageBytes(5);
  const tensors = new Map(layersOf(image, 3).map((one) => [one.name, one]));
  const parameters = new Map(parametersOf(3).map((one) => [one.name, one]));
  const network = networkOf({ info: { id: 0, evaluation: 3 } }, []);
  const { layers } = network;
  tensors.set("", imageTensor(image, network));
  const paths = new Set(layers.map(({ path }) => path));
  for (const { path, text } of layers.filter((layer) => convOf(layer.text))) {
    const { shape, values } = tensors.get(path);
    const input = tensors.get(inputOf(path, paths));
    values.forEach((value, i) => {
      const [x, y] = [i % shape[2], Math.floor(i / shape[2]) % shape[1]];
      const at = { channel: Math.floor(i / shape[1] / shape[2]), y, x };
      const parts = convParts(convOf(text), input, parameters.get(`${path}.weight`), at);
      const bias = parameters.get(`${path}.bias`)?.values[at.channel] ?? 0;
      const sum = parts.reduce((total, part) => total + part.sum, bias);
      assert.ok(agree(sum, value), `${text} ${i}: ${sum}, not ${value}`);
    });
  }
  const other = { ...tensors.get(""), shape: [2, 28, 28] };
  const first = { channel: 0, y: 0, x: 0 };
  assert.equal(convParts(convOf("Conv2d(4, 5)"), other, parameters.get("0.weight"), first), null);
});

test("histograms of different ranges lie on one axis, and keep their sums", () => {
  const tensor = {
    low: [-1, -2],
    high: [1, 2],
    counts: [new Array(40).fill(5), [...new Array(39).fill(0), 8]],
  };
  const { low, high, columns } = onOneAxis(tensor, 20);
  assert.deepEqual([low, high], [-2, 2]);
  for (const column of columns)
    assert.ok(Math.abs(column.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  assert.ok(Math.abs(columns[0][10] - 0.1) < 1e-9);
  assert.equal(columns[0][4], 0);
  assert.ok(columns[1][19] > 0.999);
  const point = { low: [3], high: [3], counts: [[7, ...new Array(39).fill(0)]] };
  assert.equal(onOneAxis(point, 20).columns[0][0], 1);
  assert.deepEqual(ratiosOf({ update: [null, 2, 3], norm: [1, 4, 0] }), [null, 0.5, null]);
});

/** A light rectangle on a dark ground. */
function rectangle(width, height, [left, top, right, bottom], on = 255, off = 0) {
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= top && y < bottom ? on : off;
  });
  return { width, height, values };
}

test("a digit is 20 pixels large, its mass in the middle, wherever it was drawn", () => {
  for (const [left, top] of [[10, 10], [150, 40], [220, 180]]) {
    const made = centred(rectangle(280, 280, [left, top, left + 25, top + 90]), 28, 28);
    const rows = Array.from({ length: 28 }, (_, y) => made.values.slice(28 * y, 28 * y + 28));
    assert.equal(rows.filter((row) => row.some((value) => value > 0)).length, 20);
    const { x, y } = massOf(made);
    assert.ok(Math.abs(x - 14) <= 0.5 && Math.abs(y - 14) <= 0.5, `${x} ${y}`);
    assert.equal(Math.max(...made.values), 255);
  }
  assert.equal(centred(rectangle(280, 280, [0, 0, 0, 0]), 28, 28), null);
});

test("a picture is fitted as a whole, black beside it, each pixel a mean", () => {
  const made = fitted(rectangle(100, 50, [0, 0, 100, 50], 200), 28, 28);
  const filled = (y) => made.values.slice(28 * y, 28 * y + 28).every((value) => value === 200);
  assert.deepEqual([6, 7, 20, 21].map(filled), [false, true, true, false]);
  const halves = fitted(rectangle(3, 2, [0, 0, 1, 2]), 2, 2);
  assert.ok(Math.abs(halves.values[0] - 170) < 1);
  const bytes = bytesFor([rectangle(4, 4, [0, 0, 4, 4], 77)], [3, 4, 4], false);
  assert.deepEqual([bytes.length, bytes[0], bytes[47]], [48, 77, 77]);
});

test("a light border is seen", () => {
  assert.equal(lightBorder(rectangle(50, 40, [15, 10, 35, 30], 40, 230)), true);
  assert.equal(lightBorder(rectangle(50, 40, [15, 10, 35, 30], 230, 40)), false);
});

test("digits are known by the names of their classes, or by their data", () => {
  const unnamed = Array.from({ length: 10 }, (_, i) => `class ${i}`);
  assert.equal(areDigits([..."0123456789"], ""), true);
  assert.equal(areDigits([..."0123456798"], "mnist"), false);
  for (const data of ["mnist", "qmnist", "/data/MNIST", "emnist-digits"])
    assert.equal(areDigits(unnamed, data), true, data);
  for (const data of ["fashion-mnist", "kmnist", "cifar10"])
    assert.equal(areDigits(unnamed, data), false, data);
});
