import { at } from '../../errors.js';
import { concat } from '../../graph/operators/concat.js';
import type { Value } from '../../graph/value.js';
import { crossovers } from '../crossovers.js';
import { INPUTS } from './transforms.js';

/** Images of a batch, or channels: those in [from, to). */
export interface Piece {
  readonly from: number;
  readonly to: number;
}

/**
 * So many images or channels in equal pieces, as few as keep to a limit, of which each takes `elements` numbers at each
 * place in a tile.
 */
export function piecesOf(count: number, elements: number): Piece[] {
  const bytes = 4 * INPUTS ** 2 * elements;
  const sizes = Array.from({ length: count }, (_, i) => count - i).filter((size) => count % size === 0);
  const size = sizes.find((each) => each * bytes <= crossovers.tileBytes) ?? 1;
  return Array.from({ length: count / size }, (_, i) => ({ from: i * size, to: (i + 1) * size }));
}

export function joined(pieces: readonly Value[], axis: number): Value {
  return pieces.length === 1 ? at(pieces, 0) : concat(pieces, axis);
}
