// How a Conv2d comes to a value: parts of its input, times its kernels, and the bias.
import type { Network } from "./source";

export interface Tensor {
  shape: number[];
  values: Float32Array;
}

export interface Conv {
  kernel: [number, number]; // height, width
  stride: [number, number];
  padding: [number, number]; // above and left
}

function pairOf(text: string | undefined, otherwise: number): [number, number] {
  const [height = otherwise, width = height] = (text?.match(/\d+/g) ?? []).map(Number);
  return [height, width];
}

/** Of a layer's text as "Conv2d(6, 5, padding=2)"; null of other layers, dilation and groups. */
export function convOf(text: string): Conv | null {
  const [, size, rest] = /^Conv2d\(\d+, (\d+|\(\d+, \d+\))(.*)\)$/.exec(text) ?? [];
  if (size === undefined || /dilation|groups/.test(rest!)) return null;
  const kernel = pairOf(size, 1);
  const option = (name: string) => new RegExp(`${name}=(\\d+|\\(.*?\\))`).exec(rest!)?.[1];
  const same = rest!.includes("padding='same'");
  return {
    kernel,
    stride: pairOf(option("stride"), 1),
    padding: same
      ? [(kernel[0] - 1) >> 1, (kernel[1] - 1) >> 1] // where it is odd there is more behind
      : pairOf(option("padding"), 0),
  };
}

/**
 * The path of the layer whose output is the input of this one; "" of the image. A layer that is the
 * first of a container, or of one of its branches, has the container's input.
 */
export function inputOf(path: string, paths: Set<string>): string {
  const parts = path.split(".");
  const last = Number(parts.pop());
  if (last > 0) return [...parts, last - 1].join(".");
  if (parts.length > 0 && !paths.has(parts.join("."))) parts.pop();
  return parts.length > 0 ? inputOf(parts.join("."), paths) : "";
}

/** An image as the first layer has it. */
export function imageTensor(bytes: Uint8Array, { input, normalization }: Network): Tensor {
  const size = bytes.length / input[0]!;
  const values = Float32Array.from(bytes, (byte, i) => {
    const channel = Math.floor(i / size);
    const mean = normalization?.mean[channel] ?? 0;
    return (byte / 255 - mean) / (normalization?.deviation[channel] ?? 1);
  });
  return { shape: input, values };
}

export interface Place {
  channel: number;
  y: number;
  x: number;
}

/** Of one input channel: its patch (0 beyond the edges), its kernel, the sum of their products. */
export interface Part {
  patch: number[];
  kernel: number[];
  sum: number;
}

/** Null where the shapes do not belong together. */
export function convParts(
  { kernel, stride, padding }: Conv,
  input: Tensor,
  weight: Tensor,
  at: Place,
): Part[] | null {
  const [channels, height, width] = input.shape as [number, number, number];
  const [rows, columns] = kernel;
  const fits = [channels, rows, columns].every((extent, i) => weight.shape[i + 1] === extent);
  if (input.shape.length !== 3 || !fits) return null;
  const top = at.y * stride[0] - padding[0];
  const left = at.x * stride[1] - padding[1];
  return Array.from({ length: channels }, (_, channel) => {
    const part: Part = { patch: [], kernel: [], sum: 0 };
    for (let i = 0; i < rows * columns; i++) {
      const [y, x] = [top + Math.floor(i / columns), left + (i % columns)];
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const value = inside ? input.values[(channel * height + y) * width + x]! : 0;
      const factor = weight.values[(at.channel * channels + channel) * rows * columns + i]!;
      part.patch.push(value);
      part.kernel.push(factor);
      part.sum += value * factor;
    }
    return part;
  });
}

/** Whether two ways to the same value agree: floats that were added in another order. */
export function agree(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-3 * Math.max(Math.abs(a), Math.abs(b), 1e-2);
}
