/**
 * The exponential moving average without the bias of its beginning: each value weighs `weight`
 * times as much as the one behind it, over the values so far. A constant stays that, exactly.
 */
export function smoothed(values: (number | null)[], weight: number): (number | null)[] {
  let mean = 0;
  let total = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    total = total * weight + 1;
    mean += (value - mean) / total;
    return mean;
  });
}
