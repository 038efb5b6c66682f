// The picture of parallel coordinates, on a canvas.
import type { Axis, Brushes } from "./axes";
import type { Row } from "./compare_rows";
import { color, faint } from "./theme";

export interface Lines {
  axes: Axis[];
  rows: Row[];
  kept: Set<Row>; // those that the brushes let through
  brushes: Brushes;
  focus: string | null; // the key of the row that stands out
}

const kHeight = 250;
export const kTop = 16;
export const kBottom = kHeight - 14;

export function drawParallel(
  canvas: HTMLCanvasElement,
  { axes, rows, kept, brushes, focus }: Lines,
  width: number,
  xOf: (i: number) => number,
): void {
  const ratio = window.devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = kHeight * ratio;
  canvas.style.width = `${width}px`;
  const pen = canvas.getContext("2d")!;
  pen.scale(ratio, ratio);
  const yOf = (at: number) => kBottom - at * (kBottom - kTop);
  const line = (row: Row) => {
    pen.beginPath();
    axes.forEach((axis, i) => {
      const at = axis.place(row);
      if (at !== null) pen.lineTo(xOf(i), yOf(at));
    });
    pen.stroke();
  };
  pen.lineWidth = 1;
  pen.strokeStyle = faint("--muted", 0.12);
  rows.filter((row) => !kept.has(row)).forEach(line);
  pen.strokeStyle = faint("--blue", Math.max(0.15, Math.min(0.7, 30 / kept.size)));
  rows.filter((row) => kept.has(row)).forEach(line);
  pen.strokeStyle = color("--orange");
  pen.lineWidth = 3;
  rows.filter((row) => row.key === focus).forEach(line);
  pen.font = "11px system-ui, sans-serif";
  axes.forEach((axis, i) => drawAxis(pen, axis, xOf(i), yOf, brushes[axis.column]));
}

function drawAxis(
  pen: CanvasRenderingContext2D,
  axis: Axis,
  x: number,
  yOf: (at: number) => number,
  brush: [number, number] | undefined,
): void {
  pen.lineWidth = 1;
  pen.strokeStyle = color("--muted");
  pen.strokeRect(x, kTop, 0, kBottom - kTop);
  if (brush) {
    pen.fillStyle = faint("--orange", 0.35);
    pen.fillRect(x - 6, yOf(brush[1]), 12, yOf(brush[0]) - yOf(brush[1]));
  }
  for (const { at, text } of axis.marks) {
    const cut = text.length > 12 ? `${text.slice(0, 11)}…` : text;
    pen.fillStyle = color("--page");
    pen.globalAlpha = 0.75;
    pen.fillRect(x + 5, yOf(at) - 7, pen.measureText(cut).width + 4, 13);
    pen.globalAlpha = 1;
    pen.fillStyle = color("--muted");
    pen.fillText(cut, x + 7, yOf(at) + 4);
  }
}
