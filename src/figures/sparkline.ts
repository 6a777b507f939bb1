const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Values as bars of one line of text, from the smallest to the largest; of more than `width`, the last ones. */
export function sparkline(values: readonly number[], width = 60): string {
  const shown = values.slice(-width);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  // Of equal values, none is the largest.
  const height = (value: number) => (high === low ? 0 : (value - low) / (high - low));
  return shown.map((value) => bars[Math.round(height(value) * (bars.length - 1))]).join('');
}
