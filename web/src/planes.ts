// The pixels of an image file, or of a canvas, as planes.
import type { Plane } from "./fit";

const kSide = 280; // enough for the small images that networks take

/** Of a canvas its reds, greens and blues, or their brightness alone. */
export function planesOfCanvas(canvas: HTMLCanvasElement, channels: number): Plane[] {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
  const planeOf = (value: (at: number) => number): Plane => ({
    width,
    height,
    values: Float32Array.from({ length: width * height }, (_, i) => value(4 * i)),
  });
  if (channels === 3) return [0, 1, 2].map((c) => planeOf((at) => data[at + c]!));
  const brightness = (at: number) =>
    0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  return [planeOf(brightness)];
}

/** What is transparent counts as white, as on a page. */
export async function planesOf(file: Blob, channels: number): Promise<Plane[]> {
  const image = await createImageBitmap(file);
  const by = Math.min(1, kSide / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(by * image.width));
  canvas.height = Math.max(1, Math.round(by * image.height));
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return planesOfCanvas(canvas, channels);
}
