// Small pictures: a canvas with a pixel a value, which the style sheet makes larger.
import { useEffect, useRef } from "preact/hooks";

interface PictureProps {
  of: unknown[]; // what asks for it to be drawn anew
  draw: () => ImageData | null;
  label: string;
}

export function Picture({ of, draw, label }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const image = draw();
    if (!image) return;
    Object.assign(canvas.current!, { width: image.width, height: image.height });
    canvas.current!.getContext("2d")!.putImageData(image, 0, 0);
  }, of);
  return <canvas ref={canvas} width={1} height={1} role="img" aria-label={label} title={label} />;
}

/** Of bytes, each for red, green and blue; of none (NaN) the pixel is empty. */
export function pixels(
  width: number,
  height: number,
  byteOf: (pixel: number, color: number) => number,
): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = byteOf(i, c);
    image.data[4 * i + 3] = Number.isNaN(byteOf(i, 0)) ? 0 : 255;
  }
  return image;
}

/** Of bytes channel by channel: one is grey, three are red, green and blue. */
export function picture(
  bytes: ArrayLike<number>,
  [channels, height, width]: number[],
  from = 0,
): ImageData {
  const size = height! * width!;
  return pixels(width!, height!, (i, c) => bytes[from + (channels === 3 ? c * size : 0) + i]!);
}
