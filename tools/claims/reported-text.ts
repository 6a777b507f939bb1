import type { Reported } from './paper.js';
import { points } from './units.js';

/** `+2.67 points (Table 2, ...)`. */
export function inWords({ value, where }: Reported): string {
  return `${points.text(value)} points (${where})`;
}
