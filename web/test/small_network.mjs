// A network that computes, for the simulated runs: what the page shows of it must be right.
import { imageBytes, randomNumbers } from "./simulation.mjs";

const kSide = 28;
const kTestImages = 10000;
const kMean = 0.25;
const kDeviation = 0.5;

const kLayers = [
  ["0", "Conv2d(4, 5, padding=2)", 0, [4, 28, 28], 104, 78400],
  ["1", "ReLU", 0, [4, 28, 28], 0, 0],
  ["2", "MaxPool2d(2)", 0, [4, 14, 14], 0, 0],
  ["3", "Residual", 0, [4, 14, 14], 148, 28224],
  ["3.0", "Conv2d(4, 3, padding=1)", 1, [4, 14, 14], 148, 28224],
  ["4", "Conv2d(6, (3, 5), stride=2, bias=False)", 0, [6, 6, 5], 360, 10800],
  ["5", "Flatten", 0, [180], 0, 0],
  ["6", "Linear(10)", 0, [10], 1810, 1800],
];
const kParameters = [
  ["0.weight", [4, 1, 5, 5]],
  ["0.bias", [4]],
  ["3.0.weight", [4, 4, 3, 3]],
  ["3.0.bias", [4]],
  ["4.weight", [6, 4, 3, 5]],
  ["6.weight", [10, 180]],
  ["6.bias", [10]],
];

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1);

export function networkOf(run, outputs) {
  const names = ["path", "text", "depth", "shape", "parameters", "multiply_adds"];
  return {
    run: run.info.id,
    epoch: run.info.evaluation,
    input: [1, kSide, kSide],
    bytes: true,
    normalization: { mean: [kMean], deviation: [kDeviation] },
    test_images: kTestImages,
    outputs,
    layers: kLayers.map((layer) => Object.fromEntries(names.map((name, i) => [name, layer[i]]))),
    dead: [{ path: "1", units: 4, dead: 1 }],
  };
}

/** They grow with the epochs. */
export function parametersOf(epoch) {
  return kParameters.map(([name, shape], i) => {
    const random = randomNumbers(50 + i);
    const scale = 0.3 + 0.1 * epoch;
    const values = Float32Array.from({ length: sizeOf(shape) }, () => scale * (random() - 0.5));
    return { name, shape, values };
  });
}

export function weightsOf(run) {
  const epochs = Array.from({ length: run.info.evaluation }, (_, i) => i + 1);
  const moments = epochs.map(parametersOf);
  const normOf = (values) => Math.hypot(...values);
  const tensors = kParameters.map(([name, shape], t) => {
    const all = moments.map((moment) => moment[t].values);
    return {
      name,
      shape,
      low: all.map((values) => Math.min(...values)),
      high: all.map((values) => Math.max(...values)),
      counts: all.map(countsOf),
      norm: all.map(normOf),
      update: all.map((values, i) =>
        i === 0 ? null : normOf(values.map((value, k) => value - all[i - 1][k])),
      ),
    };
  });
  const values = moments.map(([filters]) => [...filters.values]);
  const filters = { name: "0.weight", shape: [4, 1, 5, 5], values };
  return { run: run.info.id, epochs, tensors, filters };
}

function countsOf(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const counts = new Array(40).fill(0);
  for (const value of values)
    counts[Math.min(39, Math.floor((40 * (value - low)) / (high - low || 1)))]++;
  return counts;
}

/** All layers of bytes; with probabilities if they are asked for. */
export function layersOf(bytes, epoch, withProbabilities = false) {
  const parameters = new Map(parametersOf(epoch).map((one) => [one.name, one]));
  const tensors = [];
  const add = (name, tensor) => (tensors.push({ name, ...tensor }), tensor);
  const conv = (path, input, options) => {
    const [weight, bias] = ["weight", "bias"].map((name) => parameters.get(`${path}.${name}`));
    return add(path, convolution(input, weight, bias, options));
  };
  const pixels = Float32Array.from(bytes, (byte) => (byte / 255 - kMean) / kDeviation);
  const first = conv("0", { shape: [1, kSide, kSide], values: pixels }, { padding: 2 });
  const relu = add("1", { ...first, values: first.values.map((value) => Math.max(0, value)) });
  const pooled = add("2", pool(relu));
  const inner = conv("3.0", pooled, { padding: 1 });
  const sum = inner.values.map((value, i) => value + pooled.values[i]);
  const { values } = conv("4", add("3", { ...pooled, values: sum }), { stride: 2 });
  add("5", { shape: [180], values });
  const output = linear(values, parameters.get("6.weight"), parameters.get("6.bias"));
  add("6", output);
  if (withProbabilities) {
    const powers = output.values.map(Math.exp);
    const all = powers.reduce((total, power) => total + power, 0);
    add("probabilities", { shape: [10], values: powers.map((power) => power / all) });
  }
  return tensors;
}

function convolution(input, weight, bias, { padding = 0, stride = 1 }) {
  const [channels, height, width] = input.shape;
  const [outputs, , tall, wide] = weight.shape;
  const rows = Math.floor((height + 2 * padding - tall) / stride) + 1;
  const columns = Math.floor((width + 2 * padding - wide) / stride) + 1;
  const values = new Float32Array(outputs * rows * columns);
  const at = (c, y, x) =>
    y < 0 || y >= height || x < 0 || x >= width ? 0 : input.values[(c * height + y) * width + x];
  for (let i = 0; i < values.length; i++) {
    const [o, y, x] = [Math.floor(i / rows / columns), Math.floor(i / columns) % rows, i % columns];
    let sum = bias?.values[o] ?? 0;
    for (let c = 0; c < channels; c++)
      for (let dy = 0; dy < tall; dy++)
        for (let dx = 0; dx < wide; dx++)
          sum +=
            at(c, y * stride - padding + dy, x * stride - padding + dx) *
            weight.values[((o * channels + c) * tall + dy) * wide + dx];
    values[i] = sum;
  }
  return { shape: [outputs, rows, columns], values };
}

function pool({ shape: [channels, height, width], values }) {
  const shape = [channels, height / 2, width / 2];
  const pooled = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [row, x] = [Math.floor(i / shape[2]), i % shape[2]]; // of all channels
    const from = 2 * row * width + 2 * x;
    return Math.max(values[from], values[from + 1], values[from + width], values[from + width + 1]);
  });
  return { shape, values: pooled };
}

function linear(input, { shape: [outputs, inputs], values }, bias) {
  const made = Float32Array.from({ length: outputs }, (_, o) =>
    input.reduce((sum, value, i) => sum + value * values[o * inputs + i], bias.values[o]),
  );
  return { shape: [outputs], values: made };
}

/** As a safetensors file of floats. */
export function tensorsFile(tensors) {
  const header = {};
  let end = 0;
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += 4 * values.length)] };
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(8 * Math.ceil(text.length / 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const bytes = tensors.map(({ values }) => Buffer.from(values.buffer));
  return Buffer.concat([length, Buffer.from(padded), ...bytes]);
}

/** What a report has of the networks of these runs beside the rest. */
export function networksOfReport(runs, outputs) {
  const layers = {};
  for (const run of runs) {
    const epoch = run.info.evaluation;
    const { mistakes } = run.evaluation(outputs);
    const fileOf = (image) => tensorsFile(layersOf(imageBytes(image), epoch)).toString("base64");
    layers[run.info.id] = Object.fromEntries(
      mistakes.slice(0, 3).map(({ image }) => [image, fileOf(image)]),
    );
  }
  return {
    networks: runs.map((run) => networkOf(run, outputs)),
    weights: runs.map(weightsOf),
    layers,
  };
}
