// A picture brought to the size that a network takes: fitted, or centred as MNIST's digits are.

/** Values 0 to 255 of one channel, row by row. */
export interface Plane {
  width: number;
  height: number;
  values: Float32Array;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const kInk = 20; // of 255: what is part of a digit
const kDigitBox = 20 / 28; // of the side, as MNIST's digits have it

/** Each pixel is the mean of what it covers of the box. */
function scaled(plane: Plane, box: Box, width: number, height: number): Plane {
  const values = new Float32Array(width * height);
  const [wide, tall] = [box.width / width, box.height / height];
  for (let i = 0; i < values.length; i++) {
    const left = box.left + (i % width) * wide;
    const top = box.top + Math.floor(i / width) * tall;
    values[i] = mean(plane, left, top, left + wide, top + tall);
  }
  return { width, height, values };
}

function mean(plane: Plane, left: number, top: number, right: number, bottom: number): number {
  let [sum, area] = [0, 0];
  for (let y = Math.floor(top); y < Math.min(plane.height, bottom); y++) {
    const tall = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.floor(left); x < Math.min(plane.width, right); x++) {
      const part = tall * (Math.min(x + 1, right) - Math.max(x, left));
      sum += part * plane.values[y * plane.width + x]!;
      area += part;
    }
  }
  return area > 0 ? sum / area : 0;
}

function placed(plane: Plane, left: number, top: number, width: number, height: number): Plane {
  const values = new Float32Array(width * height);
  for (let y = 0; y < plane.height; y++) {
    const row = plane.values.subarray(y * plane.width, (y + 1) * plane.width);
    values.set(row, (top + y) * width + left);
  }
  return { width, height, values };
}

function sidesOf({ width, height }: { width: number; height: number }, by: number) {
  const scaledSide = (side: number) => Math.max(1, Math.round(by * side));
  return [scaledSide(width), scaledSide(height)] as const;
}

/** The whole picture, as large as it can be, in the middle; black beside it. */
export function fitted(plane: Plane, width: number, height: number): Plane {
  const by = Math.min(width / plane.width, height / plane.height);
  const [wide, tall] = sidesOf(plane, by);
  const whole = { left: 0, top: 0, width: plane.width, height: plane.height };
  const [left, top] = [(width - wide) >> 1, (height - tall) >> 1];
  return placed(scaled(plane, whole, wide, tall), left, top, width, height);
}

/** What is drawn, in a box of 20 of 28 pixels, its mass round the middle; null of nothing. */
export function centred(plane: Plane, width: number, height: number): Plane | null {
  const box = boxOf(plane);
  if (!box) return null;
  const by = (kDigitBox * Math.min(width, height)) / Math.max(box.width, box.height);
  const [wide, tall] = sidesOf(box, by);
  const digit = scaled(plane, box, wide, tall);
  const mass = massOf(digit);
  const inside = (value: number, most: number) => Math.max(0, Math.min(most, Math.round(value)));
  const left = inside(width / 2 - mass.x, width - wide);
  const top = inside(height / 2 - mass.y, height - tall);
  return placed(digit, left, top, width, height);
}

function boxOf({ width, height, values }: Plane): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  values.forEach((value, i) => {
    if (value < kInk) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  });
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The centre of mass; of a pixel its middle. */
export function massOf({ width, values }: Plane): { x: number; y: number } {
  let [sum, x, y] = [0, 0, 0];
  values.forEach((value, i) => {
    sum += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return { x: x / sum, y: y / sum };
}

/** Whether the border is lighter than the middle: then what is shown is dark on light. */
export function lightBorder({ width, height, values }: Plane): boolean {
  const sums = { border: 0, middle: 0, borders: 0, middles: 0 };
  values.forEach((value, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const part = (at: number, all: number) => Math.abs(2 * at + 1 - all) / all;
    const far = Math.max(part(x, width), part(y, height)); // 0 in the middle, 1 at the edge
    if (far > 0.9) [sums.border, sums.borders] = [sums.border + value, sums.borders + 1];
    else if (far < 0.6) [sums.middle, sums.middles] = [sums.middle + value, sums.middles + 1];
  });
  return sums.border / Math.max(1, sums.borders) > sums.middle / Math.max(1, sums.middles);
}

/** By the names of the classes; MNIST and its like come without: then by that of the data. */
export function areDigits(names: string[], data: string): boolean {
  const all = (prefix: string) => names.every((name, i) => name === `${prefix}${i}`);
  const known = /(?<![a-z-])q?mnist|digits/i.test(data); // not Fashion-MNIST, nor KMNIST
  return names.length === 10 && (all("") || (known && all("class ")));
}

/** Bytes of all channels, one behind the other; one plane is that of all. Null of nothing drawn. */
export function bytesFor(
  planes: Plane[],
  [channels, height, width]: number[],
  digits: boolean,
): Uint8Array<ArrayBuffer> | null {
  const size = width! * height!;
  const bytes = new Uint8Array(channels! * size);
  for (let c = 0; c < channels!; c++) {
    const plane = planes[c % planes.length]!;
    const made = (digits ? centred : fitted)(plane, width!, height!);
    if (!made) return null;
    bytes.set(made.values.map(Math.round), c * size);
  }
  return bytes;
}
