// The rows of the table of runs: a run each, or a group of runs that differ by the seed alone.
import { differingOptions, groupBySeed, meanCurve, optionText } from "./groups";
import type { RunInfo } from "./source";

export interface Row {
  key: string;
  index: number; // in the order of the runs, which gives it its colour
  label: string;
  runs: RunInfo[];
  best: number | null; // of a group, the mean
  deviation: number | null; // of the best ones; null of a run alone
  last: number | null;
}

/** A column is one of these, or "option NAME". */
export const kColumns = ["name", "state", "epochs", "best", "last"] as const;

export function rowsOf(runs: RunInfo[], grouped: boolean): Row[] {
  if (!grouped) {
    return runs.map((run, index) => ({
      key: `run ${run.id}`,
      index,
      label: run.name,
      runs: [run],
      best: run.best,
      deviation: null,
      last: run.last,
    }));
  }
  return groupBySeed(runs).map(({ label, runs: members }, index) => {
    const best = mean(members.map((run) => run.best));
    return {
      key: `group ${members[0]!.id}`,
      index,
      label,
      runs: members,
      best: best.mean,
      deviation: members.length > 1 ? best.deviation : null,
      last: mean(members.map((run) => run.last)).mean,
    };
  });
}

function mean(values: (number | null)[]): { mean: number | null; deviation: number } {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { mean: null, deviation: 0 };
  const curve = meanCurve(known.map((y) => ({ x: [0], y: [y] })));
  return { mean: curve.mean[0]!, deviation: curve.deviation[0]! };
}

/** Options by which the rows differ: of groups not the seed, which differs within them. */
export function columnsOf(runs: RunInfo[], grouped: boolean): string[] {
  const differing = runs.length > 1 ? differingOptions(runs) : [];
  return differing.filter((name) => !grouped || name !== "seed").map((name) => `option ${name}`);
}

export function optionOf(row: Row, column: string): unknown {
  return row.runs[0]!.options[column.slice("option ".length)];
}

export function cellOf(row: Row, column: string): string | number | null {
  const first = row.runs[0]!;
  if (column === "name") return row.label;
  if (column === "state") return first.state;
  if (column === "epochs") return first.epochs_done;
  if (column === "best") return row.best;
  if (column === "last") return row.last;
  const value = optionOf(row, column);
  return typeof value === "number" ? value : optionText(value);
}

/** Numbers before text, and what is not known last, whichever way. */
export function sorted(rows: Row[], column: string, descending: boolean): Row[] {
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, cell: cellOf(row, column) }))
    .sort((a, b) => {
      if (a.cell === b.cell) return a.row.index - b.row.index;
      if (a.cell === null) return 1;
      if (b.cell === null) return -1;
      if (typeof a.cell === "number" && typeof b.cell === "number") return sign * (a.cell - b.cell);
      if (typeof a.cell === "number") return -1;
      if (typeof b.cell === "number") return 1;
      return sign * a.cell.localeCompare(b.cell, undefined, { numeric: true });
    })
    .map(({ row }) => row);
}

/** Rows whose name, state or "option=value" has the expression; null: it is none. */
export function filtered(rows: Row[], expression: string, columns: string[]): Row[] | null {
  if (expression === "") return rows;
  let pattern: RegExp;
  try {
    pattern = new RegExp(expression, "i");
  } catch {
    return null;
  }
  return rows.filter((row) => {
    const options = columns.map((name) => `${name.slice(7)}=${optionText(optionOf(row, name))}`);
    const names = row.runs.map((run) => run.name);
    return pattern.test([row.label, ...names, row.runs[0]!.state, ...options].join("\n"));
  });
}
