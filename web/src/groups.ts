// Runs side by side: what differs between them, and those that differ by the seed alone as one.
import type { RunInfo } from "./source";

/** Options that have no part in the result, beside the seed. */
const kNoPart = ["seed", "threads", "device"];

export interface Group {
  label: string;
  runs: RunInfo[];
}

export interface MeanCurve {
  x: number[];
  mean: number[];
  deviation: number[]; // of the sample; 0 of one
}

export function optionText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Names of the options whose values are not the same in all runs, as they come. */
export function differingOptions(runs: RunInfo[]): string[] {
  const first = new Map<string, string>();
  const differing = new Set<string>();
  const names = new Set(runs.flatMap((run) => Object.keys(run.options)));
  for (const name of names) first.set(name, optionText(runs[0]!.options[name]));
  for (const run of runs) {
    for (const name of names) {
      if (optionText(run.options[name]) !== first.get(name)) differing.add(name);
    }
  }
  return [...names].filter((name) => differing.has(name));
}

/** In the order in which they first come. */
export function groupBySeed(runs: RunInfo[]): Group[] {
  const groups = new Map<string, RunInfo[]>();
  for (const run of runs) {
    const shared = Object.entries(run.options).filter(([name]) => !kNoPart.includes(name));
    const key = JSON.stringify(shared.sort(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  const names = differingOptions(runs).filter((name) => !kNoPart.includes(name));
  return [...groups.values()].map((members) => ({
    label: groupLabel(members, names),
    runs: members,
  }));
}

/** "lr=0.1 momentum=0.9": what sets it apart; of a run alone, and of runs all alike, the name. */
function groupLabel(members: RunInfo[], names: string[]): string {
  const first = members[0]!;
  if (names.length === 0 || members.length === 1) return first.name;
  return names.map((name) => `${name}=${optionText(first.options[name])}`).join(" ");
}

/** At each x the mean over the curves that have a point there. */
export function meanCurve(curves: { x: number[]; y: number[] }[]): MeanCurve {
  const values = new Map<number, number[]>();
  for (const curve of curves) {
    curve.x.forEach((x, i) => {
      const there = values.get(x);
      if (there) there.push(curve.y[i]!);
      else values.set(x, [curve.y[i]!]);
    });
  }
  const x = [...values.keys()].sort((a, b) => a - b);
  const mean = x.map((at) => meanOf(values.get(at)!));
  return { x, mean, deviation: x.map((at) => deviationOf(values.get(at)!)) };
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the sample. */
function deviationOf(values: number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  const sum = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(sum / (values.length - 1));
}
