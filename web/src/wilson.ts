const kZ = 1.959963984540054; // of a normal distribution, 2.5 % lie above it

/** The 95 % interval of a share that was seen in `count` trials (Wilson 1927). */
export function wilson(share: number, count: number): { low: number; high: number } {
  const z2 = (kZ * kZ) / count;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = (kZ * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count))) / (1 + z2);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
