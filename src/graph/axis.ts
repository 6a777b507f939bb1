import { AdarandError } from '../errors.js';
import type { Shape } from './tensor.js';

/** `axis` counted from the front: -1 is the last one. */
export function normalizeAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Refuses an axis, counted from the front, that the shape does not have. */
export function requireAxis(operator: string, axis: number, shape: Shape): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length)
    throw new AdarandError(
      'graph.shape',
      `${operator}: [${shape}] has no axis ${axis}`,
      shape.length === 0 ? 'A scalar has no axes.' : `Its axes are 0 to ${shape.length - 1}.`,
    );
}
