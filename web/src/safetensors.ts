// Safetensors files: a header in JSON, then the values of all tensors.
import type { Images, Tensors } from "./source";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

interface Place {
  shape: number[];
  begin: number; // in the file
  size: number; // values
}

/** Where the tensors of a type are, in the order of their bytes: "10" and its like lose theirs. */
function placesOf(file: ArrayBuffer, what: string, dtype: string, bytes: number) {
  const view = new DataView(file);
  const length = file.byteLength < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (8 + length > file.byteLength) throw new Error(`${what}: the file is cut`);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(file, 8, length));
  const places: [string, Place][] = [];
  for (const [name, entry] of Object.entries(JSON.parse(text) as Record<string, Entry>)) {
    if (entry.dtype !== dtype) continue;
    const [begin, end] = entry.data_offsets;
    const size = entry.shape.reduce((product, extent) => product * extent, 1);
    if (end - begin !== bytes * size || begin < 0 || 8 + length + end > file.byteLength) {
      throw new Error(`${what}: the shape does not match the bytes`);
    }
    places.push([name, { shape: entry.shape, begin: 8 + length + begin, size }]);
  }
  return places.sort(([, a], [, b]) => a.begin - b.begin);
}

/** The tensor "images", U8, of four dimensions. Throws what is wrong with the file. */
export function readImages(file: ArrayBuffer): Images {
  const place = new Map(placesOf(file, "images", "U8", 1)).get("images");
  if (place?.shape.length !== 4) throw new Error("images: no U8 tensor of four dimensions");
  const { shape, begin, size } = place;
  return { shape: shape as Images["shape"], bytes: new Uint8Array(file, begin, size) };
}

/** All tensors of floats. Throws what is wrong with the file. */
export function readTensors(file: ArrayBuffer): Tensors {
  return new Map(
    placesOf(file, "tensors", "F32", 4).map(([name, { shape, begin, size }]) => [
      name,
      // A copy: floats of a buffer begin at a multiple of four.
      { shape, values: new Float32Array(file.slice(begin, begin + 4 * size)) },
    ]),
  );
}
