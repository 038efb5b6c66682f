// The axes of parallel coordinates: where on an axis a row lies, from 0 below to 1 above.
import { cellOf, type Row } from "./compare_rows";

const kMostWords = 24; // an axis of more different texts cannot be read
const kLogFrom = 50; // largest through least, from which on an axis is logarithmic

export interface Axis {
  column: string;
  place: (row: Row) => number | null;
  marks: { at: number; text: string }[];
  value: (at: number) => string;
}

/** From and to, from 0 to 1, by column. */
export type Brushes = Record<string, [number, number]>;

export function axesOf(rows: Row[], columns: string[]): Axis[] {
  return [...columns, "best"].flatMap((column) => {
    const cells = rows.map((row) => cellOf(row, column)).filter((cell) => cell !== null);
    const numbers = cells.filter((cell) => typeof cell === "number");
    const axis = numbers.length === cells.length ? numeric(column, numbers) : worded(column, cells);
    return axis ? [axis] : [];
  });
}

export function withinBrushes(row: Row, axes: Axis[], brushes: Brushes): boolean {
  return axes.every((axis) => {
    const brush = brushes[axis.column];
    if (!brush) return true;
    const at = axis.place(row);
    return at !== null && at >= brush[0] && at <= brush[1];
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function numeric(column: string, values: number[]): Axis | null {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high > low)) return null;
  const log = low > 0 && high / low >= kLogFrom;
  const [from, to] = log ? [Math.log(low), Math.log(high)] : [low, high];
  const valueAt = (at: number) => {
    const value = from + at * (to - from);
    return short(log ? Math.exp(value) : value);
  };
  const place = (value: number) => ((log ? Math.log(value) : value) - from) / (to - from);
  return {
    column,
    value: valueAt,
    marks: marksOf(values.map(place)).map((at) => ({ at, text: valueAt(at) })),
    place: (row) => {
      const cell = cellOf(row, column);
      return typeof cell === "number" ? place(cell) : null;
    },
  };
}

/** Where the values are, if these are few and apart; else quarters. */
function marksOf(places: number[]): number[] {
  const few = [...new Set(places)].sort((a, b) => a - b);
  const apart = few.every((at, i) => i === 0 || at - few[i - 1]! > 0.07);
  return apart ? few : [0, 0.25, 0.5, 0.75, 1];
}

function worded(column: string, cells: (string | number)[]): Axis | null {
  const texts = [...new Set(cells.map(String))].sort((a, b) =>
    a.localeCompare(b, undefined, { numeric: true }),
  );
  if (texts.length < 2 || texts.length > kMostWords) return null;
  const places = new Map(texts.map((text, i) => [text, i / (texts.length - 1)]));
  return {
    column,
    value: (at) => texts[Math.round(at * (texts.length - 1))]!,
    marks: texts.map((text) => ({ at: places.get(text)!, text })),
    place: (row) => places.get(String(cellOf(row, column))) ?? null,
  };
}
