import type { Cell } from '../block.js';

/** Without its emphasis. */
export function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.strong;
}
