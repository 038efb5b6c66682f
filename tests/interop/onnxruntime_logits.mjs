// Compares ONNX Runtime's logits of each ONNX file of a folder with lenet's.
//
// usage: node onnxruntime_logits.mjs MODULES FOLDER
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';

const [modules, folder] = process.argv.slice(2);
const ort = createRequire(`${modules}/`)('onnxruntime-web');
ort.env.wasm.numThreads = 1;

const bytes = gunzipSync(readFileSync('/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz')).subarray(16);
const pixels = Float32Array.from(bytes, (byte) => Math.fround(byte / 255));
const count = pixels.length / 784, batch = 100;

const floats = (path) => {
  const file = readFileSync(path);
  return new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
};
const argmax = (row) => row.indexOf(row.reduce((a, b) => Math.max(a, b)));

const paths = readdirSync(folder).filter((name) => name.endsWith('.onnx')).sort();
if (paths.length === 0) throw new Error(`${folder}: no ONNX files`);
for (const name of paths) {
  const ours = floats(`${folder}/${name.replace('.onnx', '.f32')}`);
  const session = await ort.InferenceSession.create(readFileSync(`${folder}/${name}`));
  let difference = 0, moved = 0;
  for (let first = 0; first < count; first += batch) {
    const input = new ort.Tensor('float32', pixels.slice(first * 784, (first + batch) * 784), [batch, 1, 28, 28]);
    const theirs = (await session.run({ input })).output.data;
    for (let i = 0; i < batch; ++i) {
      const row = ours.subarray((first + i) * 10, (first + i + 1) * 10), other = theirs.subarray(i * 10, (i + 1) * 10);
      moved += argmax(row) !== argmax(other);
      for (let k = 0; k < 10; ++k) difference = Math.max(difference, Math.abs(row[k] - other[k]));
    }
  }
  difference /= ours.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  console.log(`${name}: ${count} images, ${moved} arg-max differ, logits by at most ${difference.toExponential(1)} of the largest`);
  if (moved > 0 || !(difference <= 1e-5)) process.exit(1);
}
process.exit(0);
