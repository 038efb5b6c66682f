// How a parameter moved: its histograms on one axis, and what an epoch changed.
import type { Curve } from "./curve";
import type { WeightHistory } from "./source";

/** Shares of the values in `rows` parts of one axis from low to high, one array an epoch. */
export function onOneAxis(tensor: WeightHistory, rows: number) {
  const low = Math.min(...tensor.low);
  const high = Math.max(...tensor.high);
  const part = (high - low) / rows || 1;
  const columns = tensor.counts.map((counts, epoch) => {
    const column = new Array<number>(rows).fill(0);
    const all = counts.reduce((sum, count) => sum + count, 0) || 1;
    const [from, to] = [tensor.low[epoch]!, tensor.high[epoch]!];
    const bin = (to - from) / counts.length;
    counts.forEach((count, i) => {
      spread(column, (from + i * bin - low) / part, bin / part, count / all);
    });
    return column;
  });
  return { low, high, columns };
}

/** Adds a share to the parts that [from, from + length) covers, as far as it covers them. */
function spread(column: number[], from: number, length: number, share: number): void {
  const first = Math.min(column.length - 1, Math.max(0, Math.floor(from)));
  if (from + length <= first + 1) {
    column[first]! += share;
    return;
  }
  for (let row = first; row < column.length && row < from + length; row++) {
    const covered = Math.min(row + 1, from + length) - Math.max(row, from);
    column[row]! += (share * covered) / length;
  }
}

/** What an epoch has changed, by the norm after it. */
export function ratiosOf(tensor: WeightHistory): (number | null)[] {
  return tensor.update.map((update, i) => {
    const norm = tensor.norm[i];
    return update === null || !norm ? null : update / norm;
  });
}

export function ratioCurve(
  tensor: WeightHistory,
  epochs: number[],
  style: Pick<Curve, "color" | "dash">,
): Curve {
  const ratios = ratiosOf(tensor);
  const known = epochs.map((_, i) => i).filter((i) => (ratios[i] ?? 0) > 0);
  return {
    key: tensor.name,
    label: tensor.name,
    ...style,
    width: 1.75,
    opacity: 1,
    x: known.map((i) => epochs[i]!),
    y: known.map((i) => ratios[i]!),
  };
}
