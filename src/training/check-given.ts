import { didYouMean } from '../did-you-mean.js';
import { AdarandError } from '../errors.js';
import { shown } from '../shown.js';
import type { MethodLossInputs } from './method-loss.js';

const known: Readonly<Record<keyof MethodLossInputs, true>> = {
  features: true,
  labels: true,
  classes: true,
  logits: true,
  statistics: true,
  head: true,
  parameters: true,
  featureMaps: true,
  pretrainedFeatureMaps: true,
  pretrainedFeatures: true,
  pretrainedLogits: true,
  sourceBatch: true,
  prepared: true,
  lambdaScales: true,
  options: true,
  noise: true,
  seed: true,
  state: true,
  step: true,
  totalSteps: true,
};

/** What some inputs are made of. */
const parts: Readonly<Record<string, readonly string[]>> = {
  head: ['weight', 'bias'],
  statistics: ['perClass', 'overall'],
  sourceBatch: ['features', 'labels', 'classes'],
};

/**
 * Refuses what a program without types may give: an input that is missing, that there is not, or that is of another kind.
 *
 * @throws AdarandError `method.inputs`.
 */
export function checkGiven(inputs: unknown): void {
  const given = fieldsOf('the inputs', inputs);
  const names = Object.keys(known);
  for (const name of given.keys())
    if (!names.includes(name)) throw refusedInputs(`there is no input ${name}.${didYouMean(name, names)}`);
  require(given, ['features', 'labels', 'classes'], '');
  checkLabelled(given, '');
  for (const [name, needed] of Object.entries(parts)) {
    const value = given.get(name);
    if (value === undefined) continue;
    const inner = fieldsOf(name, value);
    require(inner, needed, `${name}.`);
    if (name === 'sourceBatch') checkLabelled(inner, `${name}.`);
  }
  const parameters = given.get('parameters') ?? [];
  if (!isList(parameters)) throw refusedInputs(`parameters should be an array, not ${shown(parameters)}`);
  for (const [i, parameter] of parameters.entries()) {
    const inner = fieldsOf(`parameters[${i}]`, parameter);
    require(inner, ['name', 'kind', 'value'], `parameters[${i}].`);
    const of = `parameters[${i}].value`;
    require(fieldsOf(of, inner.get('value')), ['shape', 'data'], `${of}.`);
  }
}

type Fields = ReadonlyMap<string, unknown>;

function fieldsOf(name: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  throw refusedInputs(`${name} should be an object, not ${shown(value)}`);
}

function require(given: Fields, names: readonly string[], of: string): void {
  const missing = names.filter((name) => given.get(name) === undefined).map((name) => of + name);
  if (missing.length === 0) return;
  throw refusedInputs(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`);
}

function checkLabelled(given: Fields, of: string): void {
  const [features, labels, classes] = ['features', 'labels', 'classes'].map((name) => given.get(name));
  if (!isList(features) || !features.every(isList))
    throw refusedInputs(`${of}features should be an array of arrays of numbers, not ${shown(features)}`);
  if (!isList(labels) && !ArrayBuffer.isView(labels))
    throw refusedInputs(`${of}labels should be an array of numbers, not ${shown(labels)}`);
  if (typeof classes !== 'number')
    throw refusedInputs(`${of}classes should be a number, not ${shown(classes)}`);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function refusedInputs(problem: string): AdarandError {
  return new AdarandError('method.inputs', problem, 'See `MethodLossInputs` for what each array is.');
}
