// Speed of LeNet in ONNX Runtime on the CPU, as one JSON line.
//
// usage: node onnxruntime.mjs MODULES FOLDER THREADS
import { createRequire } from 'node:module';

const [modules, folder, threads] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const ort = require('onnxruntime-node');
const { version } = require('onnxruntime-node/package.json');

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

const input = (images) =>
  ({ x: new ort.Tensor('float32', Float32Array.from({ length: images * 784 }, Math.random), [images, 1, 28, 28]) });

// Median microseconds of one call.
async function microseconds(session, feeds, calls) {
  const times = [];
  for (let i = 0; i < calls; ++i) {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    times.push(Number(process.hrtime.bigint() - start) / 1e3);
  }
  return median(times);
}

const open = (name, count) =>
  ort.InferenceSession.create(`${folder}/${name}.onnx`, { intraOpNumThreads: count, interOpNumThreads: 1 });

const batch = 256;
const lenet = await open('lenet', Number(threads));
await microseconds(lenet, input(batch), 20);  // warm
const batched = await microseconds(lenet, input(batch), 200);
const one = await open('lenet', 1);
const identity = await open('identity', 1);
await microseconds(one, input(1), 500);
console.log(JSON.stringify({
  version, threads: Number(threads), inference: batch / batched * 1e6,
  single_us: await microseconds(one, input(1), 2000), call_us: await microseconds(identity, input(1), 2000),
}));
process.exit(0);
