import { AdarandError } from '../errors.js';
import { isValue } from '../graph/require-values.js';
import { sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { MethodLosses } from './losses.js';

const keys: Readonly<Record<keyof MethodLosses, true>> = {
  taskLoss: true,
  penalty: true,
  extraLoss: true,
  parts: true,
  updates: true,
  learned: true,
  preSteps: true,
  metrics: true,
};

/**
 * The losses, if they are what the contract says. A slip in a name, or an input that was not asked for, would otherwise
 * train without the penalty.
 *
 * @throws AdarandError `method.loss`.
 */
export function checkLosses(method: string, losses: MethodLosses): MethodLosses {
  if (typeof losses !== 'object' || losses === null)
    throw wrongLoss(method, `its loss returned ${describeValue(losses)}, not a record of losses`);
  const names = Object.keys(keys).join(', ');
  for (const [key, value] of Object.entries(losses)) {
    if (!Object.hasOwn(keys, key))
      throw wrongLoss(method, `its loss returned ${key}, which is none of ${names}`);
    if (value === undefined)
      throw wrongLoss(
        method,
        `its loss returned undefined as ${key}; does it use an input that is not in its needs?`,
      );
  }
  const { taskLoss, penalty, extraLoss, learned, metrics = {} } = losses;
  checkScalars(method, { taskLoss, penalty, extraLoss, 'learned.objective': learned?.objective });
  for (const [name, value] of Object.entries(metrics)) checkScalars(method, { [`metrics.${name}`]: value });
  return losses;
}

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

function checkScalars(method: string, values: Readonly<Record<string, Value | undefined>>): void {
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && !(isValue(value) && value.dtype === 'float32' && sameShape(value.shape, [])))
      throw wrongLoss(
        method,
        `${name} should be a scalar value of the graph, and is ${describeValue(value)}`,
      );
}
