import { isValue } from '../graph/require-values.js';
import { sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { checkLearned } from './check-learned.js';
import type { MethodLosses, PreStep } from './losses.js';
import { describeValue, wrongLoss } from './wrong-loss.js';

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
  const { taskLoss, penalty, extraLoss, updates, learned, preSteps, metrics = {} } = losses;
  if (learned !== undefined) checkLearned(method, learned);
  if (updates !== undefined) checkMap(method, 'updates', updates);
  if (preSteps !== undefined) checkPreSteps(method, preSteps);
  checkScalars(method, { taskLoss, penalty, extraLoss, 'learned.objective': learned?.objective });
  for (const [name, value] of Object.entries(metrics)) checkScalars(method, { [`metrics.${name}`]: value });
  return losses;
}

function checkPreSteps(method: string, preSteps: readonly PreStep[]): void {
  if (!Array.isArray(preSteps))
    throw wrongLoss(method, `preSteps is ${describeValue(preSteps)}, not an array of { when, updates }`);
  for (const [i, step] of preSteps.entries()) {
    if (typeof step?.when !== 'function')
      throw wrongLoss(
        method,
        `preSteps[${i}].when should be a function from a batch's number to true or false`,
      );
    checkMap(method, `preSteps[${i}].updates`, step.updates);
  }
}

function checkMap(method: string, name: string, updates: unknown): void {
  if (!(updates instanceof Map))
    throw wrongLoss(
      method,
      `${name} is ${describeValue(updates)}, not a Map from states to their next values, new Map([[state, next]])`,
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
