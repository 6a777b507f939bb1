/** A share in percent, without the digits that it has too many: 0.07 is 7. */
export function percentOf(share: number): number {
  return Number((100 * share).toPrecision(12));
}
