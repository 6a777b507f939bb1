import { AdarandError } from '../errors.js';
import { isValue } from '../graph/require-values.js';

/** Type and shape, as messages give them; a method of a user's may return anything. */
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
