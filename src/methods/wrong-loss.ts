import { AdarandError } from '../errors.js';
import type { Value } from '../graph/value.js';

/** A method of a user's may return anything. */
export function isValue(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && 'origin' in value && 'shape' in value;
}

/** Type and shape, as messages give them. */
export function describeValue(value: unknown): string {
  return isValue(value) ? `${value.dtype} [${value.shape}]` : `${typeof value} ${String(value)}`;
}

export function wrongLoss(method: string, problem: string): AdarandError {
  return new AdarandError(
    'method.loss',
    `${method}: ${problem}`,
    'docs/architecture.md has the contract, under "A method".',
  );
}
