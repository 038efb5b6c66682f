// The curves of one run: the chapter's three, what is beside them, and the raw losses behind.
import { pointsOf, type Curve } from "./curve";
import { columnName } from "./lang";
import { smoothed } from "./smoothing";
import type { RunInfo } from "./source";
import type { Column, Table } from "./table";

export type XAxis = "epoch" | "step" | "time";

/** The book's styles: blue solid, purple dashed, green dash-dot; then red dotted. */
const kStyles: Record<string, { color: string; dash: number[] }> = {
  train_loss: { color: "--blue", dash: [] },
  train: { color: "--purple", dash: [9, 5] },
  test: { color: "--green", dash: [10, 4, 2, 4] },
  holdout: { color: "--red", dash: [2, 4] },
  batch: { color: "--slate", dash: [] },
};

const kOrder = ["batch", "train", "holdout", "test"];

export interface ChartCurves {
  curves: Curve[]; // as drawn, what is faint first
  raw: Curve[]; // without smoothing, a column each
}

function styleOf(column: string) {
  const part = column.split("_")[0]!;
  return kStyles[column] ?? kStyles[part] ?? { color: "--slate", dash: [] };
}

/** The column of a table that holds x. */
export function xOf(columns: Record<string, Column>, axis: XAxis): Column | undefined {
  return columns[axis === "time" ? "seconds" : axis];
}

/** Whether a column is drawn with the losses, with the metric, or not at all. */
export function chartOf(column: string, run: RunInfo): "loss" | "metric" | null {
  if (column.endsWith("_loss")) return "loss";
  const figure = run.metric.replace(/^[^_]*/, "");
  return column.endsWith(figure) && figure !== "" ? "metric" : null;
}

export function runCurves(
  run: RunInfo,
  tables: (Table | undefined)[],
  axis: XAxis,
  weight: number,
): Record<"loss" | "metric", ChartCurves> {
  const charts = { loss: { curves: [], raw: [] }, metric: { curves: [], raw: [] } } as Record<
    "loss" | "metric",
    ChartCurves
  >;
  const columns = tables.flatMap((table) =>
    Object.keys(table?.columns ?? {}).map((name) => ({ name, table: table! })),
  );
  columns.sort((a, b) => placeOf(a.name) - placeOf(b.name));
  for (const { name, table } of columns) {
    const chart = chartOf(name, run);
    const points = pointsOf(xOf(table.columns, axis), table.columns[name]);
    if (chart && points.x.length > 0) addCurve(charts[chart], name, points, weight);
  }
  return charts;
}

function placeOf(column: string): number {
  const place = kOrder.indexOf(column.split("_")[0]!);
  return place < 0 ? kOrder.length : place;
}

function addCurve(
  chart: ChartCurves,
  column: string,
  points: { x: number[]; y: number[] },
  weight: number,
): void {
  const label = columnName(column);
  const noisy = column.startsWith("batch_");
  const raw: Curve = { key: column, label, ...styleOf(column), width: 2, opacity: 1, ...points };
  chart.raw.push(raw);
  const behind = { ...raw, key: `${column} raw`, dash: [], width: 1, opacity: noisy ? 0.35 : 0.3 };
  if (weight === 0) {
    chart.curves.push(noisy ? behind : raw);
    return;
  }
  const y = smoothed(points.y, weight).map(Number);
  chart.curves.unshift(behind);
  chart.curves.push({ ...raw, y, width: noisy ? 1.5 : 2 });
}
