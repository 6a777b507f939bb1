import { invariant } from '../../errors.js';
import type { TrainOptions } from '../../run/options/options.gen.js';
import { parseOptions } from '../../run/options/parse-options.js';
import { trainOptionsSchema } from '../../run/options/train-options.js';
import type { Place } from './record.js';
import type { CompareRequest } from './request.js';

/** What a run of an experiment is trained with. The method's own options come before those of all runs. */
export function runOptions(place: Place, request: CompareRequest): TrainOptions {
  const named = <T extends { readonly name: string }>(list: readonly T[], name: string): T => {
    const found = list.find((one) => one.name === name);
    invariant(found !== undefined, `${name} is part of the experiment`);
    return found;
  };
  const method = request.methods.find(({ label }) => label === place.method);
  invariant(method !== undefined, `${place.method} is part of the experiment`);
  return parseOptions(trainOptionsSchema, {
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
  });
}
