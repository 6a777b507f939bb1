/** `93.4 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `92.5 % (95 %: 88.4 to 95.2)`. */
export function accuracyWithInterval(accuracy: number, [low, high]: readonly [number, number]): string {
  const ends = [low, high].map((end) => Number((100 * end).toFixed(1)));
  return `${percent(accuracy)} (95 %: ${ends.join(' to ')})`;
}
