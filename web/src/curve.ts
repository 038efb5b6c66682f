// Curves as they are drawn, and their data side by side for uPlot.

export interface Curve {
  key: string;
  label: string;
  color: string; // a custom property of the style sheet
  dash: number[]; // [] of a solid line
  width: number;
  opacity: number;
  x: number[]; // growing
  y: number[];
  low?: number[]; // of the band round it
  high?: number[];
}

export type Aligned = [number[], ...(number | null)[][]];

/**
 * All x of all curves, and of each curve, and each end of its band, its values there. The ends of
 * `stretch` are among the x: charts side by side reach as far as each other.
 */
export function align(curves: Curve[], stretch: number[] = []): Aligned {
  const points = curves.reduce((sum, curve) => sum + curve.x.length, 0);
  const all = new Float64Array(points + stretch.length);
  all.set(stretch);
  let end = stretch.length;
  for (const curve of curves) {
    all.set(curve.x, end);
    end += curve.x.length;
  }
  all.sort();
  const x: number[] = [];
  for (const value of all) {
    if (x.length === 0 || value > x[x.length - 1]!) x.push(value);
  }
  const columns = curves.flatMap((curve) => {
    const values = [curve.y, ...(curve.low && curve.high ? [curve.low, curve.high] : [])];
    return values.map((column) => placed(x, curve.x, column));
  });
  return [x, ...columns];
}

function placed(x: number[], at: number[], values: number[]): (number | null)[] {
  const column = new Array<number | null>(x.length).fill(null);
  let place = 0;
  at.forEach((here, i) => {
    while (x[place]! < here) place++;
    column[place] = values[i]!;
  });
  return column;
}

/** The points of a column that has a value there, by another column, in the order of x. */
export function pointsOf(
  xs: (number | null)[] | undefined,
  ys: (number | null)[] | undefined,
): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  if (!xs || !ys) return { x, y };
  for (let i = 0; i < ys.length; i++) {
    const [left, up] = [xs[i], ys[i]];
    if (left === null || left === undefined || up === null || up === undefined) continue;
    if (x.length > 0 && left < x[x.length - 1]!) continue; // a clock that was set back
    x.push(left);
    y.push(up);
  }
  return { x, y };
}

/** The value at x, or the last one before it. */
export function valueAt(curve: { x: number[]; y: number[] }, x: number): number | null {
  let [low, high] = [0, curve.x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (curve.x[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? curve.y[low - 1]! : null;
}

/** Every n-th point and the last one: at most so many. */
export function thinned(points: { x: number[]; y: number[] }, most: number) {
  const n = Math.ceil(points.x.length / most);
  if (n <= 1) return points;
  const keep = (_: number, i: number) => i % n === 0 || i === points.x.length - 1;
  return { x: points.x.filter(keep), y: points.y.filter(keep) };
}
