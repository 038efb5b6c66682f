// Curves as an SVG picture, 640 by 400, black on white, for papers.
import type { Curve } from "./curve";

export interface Figure {
  title: string;
  xLabel: string;
  log: boolean;
  curves: Curve[];
  colorOf: (property: string) => string;
}

const kMostNamed = 8; // in the legend, in two lines
const kBox = { left: 60, right: 620, top: 40, bottom: 350 };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Round numbers that cut a stretch into four to nine. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 5, 10].find((step) => step * power >= rough)! * power;
  const first = Math.ceil(low / unit - 1e-9);
  const count = Math.floor(high / unit + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * unit).toPrecision(12)));
}

function extent(values: number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

interface Scales {
  px: (x: number) => string;
  py: (y: number) => string;
  x: [number, number];
  y: [number, number];
}

function scalesOf(points: (readonly [number, number])[]): Scales {
  const x = extent(points.map(([left]) => left));
  const y = extent(points.map(([, up]) => up));
  const [width, height] = [kBox.right - kBox.left, kBox.bottom - kBox.top];
  return {
    x,
    y,
    px: (at) => (kBox.left + ((at - x[0]) / (x[1] - x[0])) * width).toFixed(2),
    py: (at) => (kBox.bottom - ((at - y[0]) / (y[1] - y[0])) * height).toFixed(2),
  };
}

function gridOf({ px, py, x, y }: Scales, log: boolean): string[] {
  const across = ticks(...x).map(
    (at) =>
      `<path d="M${px(at)},${kBox.bottom}V${kBox.top}" stroke="#ddd"/>` +
      `<text x="${px(at)}" y="370" text-anchor="middle">${at}</text>`,
  );
  const up = ticks(...y).map((at) => {
    const value = log ? Number((10 ** at).toPrecision(3)) : at;
    return (
      `<path d="M${kBox.left},${py(at)}H${kBox.right}" stroke="#ddd"/>` +
      `<text x="52" y="${py(at)}" dy="4" text-anchor="end">${value}</text>`
    );
  });
  return [...across, ...up];
}

function strokeOf(curve: Curve, colorOf: Figure["colorOf"]): string {
  const dash = curve.dash.length > 0 ? ` stroke-dasharray="${curve.dash.join(" ")}"` : "";
  const color = escaped(colorOf(curve.color));
  const { width, opacity } = curve;
  return `stroke="${color}" stroke-width="${width}" stroke-opacity="${opacity}"${dash}`;
}

function legendOf({ curves, colorOf }: Figure): string[] {
  const named = curves.filter((curve) => curve.opacity === 1).slice(0, kMostNamed);
  return named.map((curve, i) => {
    const [x, y] = [kBox.left + (i % 4) * 140, 16 + Math.floor(i / 4) * 14];
    return (
      `<path d="M${x},${y}h24" ${strokeOf(curve, colorOf)}/>` +
      `<text x="${x + 30}" y="${y + 4}">${escaped(curve.label)}</text>`
    );
  });
}

export function svgOf(figure: Figure): string {
  const scaled = (y: number) => (figure.log ? Math.log10(y) : y);
  const shown = figure.curves.map((curve) =>
    curve.y.map((y, i) => [curve.x[i]!, scaled(y)] as const).filter(([, y]) => Number.isFinite(y)),
  );
  const scales = scalesOf(shown.flat());
  const lines = figure.curves.map((curve, i) => {
    const points = shown[i]!.map(([x, y]) => `${scales.px(x)},${scales.py(y)}`).join(" ");
    const line = `<polyline fill="none" ${strokeOf(curve, figure.colorOf)} points="${points}">`;
    return `${line}<title>${escaped(curve.label)}</title></polyline>`;
  });
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400" viewBox="0 0 640 400"',
    ' font-family="sans-serif" font-size="12">',
    `<title>${escaped(figure.title)}</title><rect width="640" height="400" fill="#fff"/>`,
    ...gridOf(scales, figure.log),
    ...lines,
    ...legendOf(figure),
    `<text x="340" y="392" text-anchor="middle">${escaped(figure.xLabel)}</text></svg>`,
  ].join("\n");
}
