import { isValue } from '../graph/require-values.js';
import { sameType, type Value } from '../graph/value.js';
import type { Updated } from '../optimizers/optimizer.js';
import type { Learned } from './losses.js';
import { describeValue, wrongLoss } from './wrong-loss.js';

/**
 * What trains a method's own states, if it is what the contract says: an optimizer and a schedule may be a user's.
 *
 * @throws AdarandError `method.loss`.
 */
export function checkLearned(method: string, learned: Learned): void {
  const wrong = (problem: string) => wrongLoss(method, `learned${problem}`);
  if (typeof learned !== 'object' || learned === null) throw wrong(` is ${describeValue(learned)}`);
  const { states, objective, optimizer, learningRate, schedule } = learned;
  if (!Array.isArray(states) || states.length === 0 || !states.every(isValue))
    throw wrong('.states should be an array of states of its own, at least one');
  if (new Set(states).size !== states.length) throw wrong('.states names a state twice');
  if (!isValue(objective)) throw wrong(`.objective is ${describeValue(objective)}, not a value of the graph`);
  if (!isFiniteNumber(learningRate))
    throw wrong(`.learningRate is ${describeValue(learningRate)}, not a finite number`);
  if (typeof schedule !== 'function' || !isFiniteNumber(schedule(0, 1)))
    throw wrong('.schedule should be a function from a step and their number to a finite factor');
  if (typeof optimizer !== 'object' || optimizer === null)
    throw wrong(`.optimizer is ${describeValue(optimizer)}, not an optimizer such as adam()`);
  const { name, slots, scalars, update } = optimizer;
  if (typeof name !== 'string') throw wrong('.optimizer has no name');
  if (!Array.isArray(slots) || !slots.every((slot) => typeof slot === 'string'))
    throw wrong('.optimizer.slots should be an array of names, empty for none');
  if (typeof scalars !== 'function' || !areNumbers(optimizer.scalars(1)))
    throw wrong('.optimizer.scalars should be a function from a step to a record of numbers, empty for none');
  if (typeof update !== 'function')
    throw wrong('.optimizer.update should be a function that returns the next parameter and slots');
}

/** @throws AdarandError `method.loss` for an update that is not of the parameter's type, or leaves a slot out. */
export function checkUpdated(
  method: string,
  parameter: Value,
  slots: readonly string[],
  updated: Updated,
): Updated {
  const wrong = (problem: string) => wrongLoss(method, `learned.optimizer.update ${problem}`);
  if (typeof updated !== 'object' || updated === null || !(updated.slots instanceof Map))
    throw wrong('should return { parameter, slots }, where slots is a Map');
  const next: readonly (readonly [string, unknown])[] = [
    ['parameter', updated.parameter],
    ...slots.map((slot) => [slot, updated.slots.get(slot)] as const),
  ];
  for (const [name, value] of next)
    if (!isValue(value) || !sameType(value, parameter))
      throw wrong(`returned ${describeValue(value)} as ${name}, not ${describeValue(parameter)}`);
  const unknown = [...updated.slots.keys()].find((slot) => !slots.includes(slot));
  if (unknown !== undefined) throw wrong(`returned the slot ${unknown}, which its slots do not name`);
  return updated;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function areNumbers(record: unknown): boolean {
  return typeof record === 'object' && record !== null && Object.values(record).every(isFiniteNumber);
}
