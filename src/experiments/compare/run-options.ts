import { invariant } from '../../errors.js';
import type { TrainOptions } from '../../run/options/options.gen.js';
import { parseOptions } from '../../run/options/parse-options.js';
import { trainOptionsSchema } from '../../run/options/train-options.js';
import type { ExperimentRecord, Place } from './record.js';
import type { ComparedMethod, CompareRequest } from './request.js';

/** Options of a run that were given or follow from its place; a method's own come before those of all runs. */
export function givenOptions(place: Place, request: CompareRequest): Readonly<Record<string, unknown>> {
  const method = methodAt(place, request);
  return {
    ...request.options,
    ...method.train,
    data: named(request.data, place.dataset).path,
    model: named(request.models, place.model).path,
    method: method.name,
    methodOptions: method.options,
    trainFraction: place.fraction,
    seed: place.seed,
    predictions: true,
    diagnostics: request.options.diagnostics ?? true,
  };
}

/** What a run of an experiment is trained with: a preset gives what was not given, a search what was left to it. */
export function runOptions(
  place: Place,
  { request, presets, chosen }: Pick<ExperimentRecord, 'request' | 'presets' | 'chosen'>,
): TrainOptions {
  const preset = presets.find((one) => isAlike(one, place));
  const configuration = chosen.find((one) => isAlike(one, place));
  const given = givenOptions(place, request);
  return parseOptions(trainOptionsSchema, { ...preset?.options, ...given, ...configuration?.options });
}

export function methodAt(
  { method: label }: Pick<Place, 'method'>,
  { methods }: CompareRequest,
): ComparedMethod {
  const method = methods.find((one) => one.label === label);
  invariant(method !== undefined, `${label} is part of the experiment`);
  return method;
}

/** Whether two places differ in their seed at most. */
export function isAlike(a: Omit<Place, 'seed'>, b: Omit<Place, 'seed'>): boolean {
  return a.dataset === b.dataset && a.model === b.model && a.method === b.method && a.fraction === b.fraction;
}

function named<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((one) => one.name === name);
  invariant(found !== undefined, `${name} is part of the experiment`);
  return found;
}
