/**
 * Round numbers within [low, high], about `count` of them, a step of 1, 2 or 5 times a power of ten apart
 * (after Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990).
 */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const ratio = rough / power;
  // The nearest of 1, 2, 5 and 10 on a logarithmic scale: the limits are the geometric means of neighbours.
  const step = power * (ratio < Math.SQRT2 ? 1 : ratio < Math.sqrt(10) ? 2 : ratio < Math.sqrt(50) ? 5 : 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => cleaned((first + i) * step));
}

/** The labels of ticks, all with the decimals that the finest of them needs; typographic minus. */
export function tickLabels(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  const exponential = largest >= 1e6 || (largest > 0 && largest < 1e-3);
  const write = (tick: number, digits?: number) =>
    exponential ? tick.toExponential(digits) : digits === undefined ? String(tick) : tick.toFixed(digits);
  const decimals = Math.max(...ticks.map((tick) => /\.(\d+)/.exec(write(tick))?.[1]?.length ?? 0));
  return ticks.map((tick) =>
    exponential && tick === 0 ? '0' : write(tick, decimals).replace('-', '\u2212'),
  );
}

/** Smallest range that holds all finite values, widened by `margin` of itself on both sides; never empty. */
export function rangeOf(values: Iterable<number>, margin: number): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const extra = high > low ? (high - low) * margin : Math.abs(high) * 0.1 || 1;
  return [low - extra, high + extra];
}

/** 0.30000000000000004 is 0.3. */
function cleaned(value: number): number {
  return Number(value.toPrecision(12));
}
