import type { Failure } from '../../run/failure.js';
import { optionKey } from '../../run/options/flag-name.js';
import type { Path } from './options/where.js';
import type { Place } from './record.js';
import type { CompareRequest } from './request.js';
import { methodAt } from './run-options.js';

/** A mistake in an experiment, and the part that it is in. */
export interface Problem extends Failure {
  readonly path: Path;
}

/** The part of an experiment that an error of one of its runs is about. */
export function placeOfError({ code, message }: Failure, place: Place, request: CompareRequest): Path {
  const { data, models, fractions } = request;
  const named = placeOfFlag(message, place, request);
  if (named !== undefined) return named;
  if (code === 'data.batch-too-large') return ['fractions', fractions.indexOf(place.fraction)];
  if (code === 'compare.no-test' && request.options.testFraction !== undefined) return ['testFraction'];
  if (code.startsWith('data.') || code === 'compare.no-test')
    return ['data', data.findIndex(({ name }) => name === place.dataset)];
  if (code.startsWith('model.') || code.startsWith('hub.')) {
    const position = models.findIndex(({ name }) => name === place.model);
    return models.length === 1 ? ['model'] : ['models', position];
  }
  return methodPath(place, request);
}

/** The option that a sentence begins with, where it was given: the method's own, or one of all runs. */
export function placeOfFlag(sentence: string, place: Place, request: CompareRequest): Path | undefined {
  const [, flag = '', name = ''] = /^--([a-z-]+)(?: ([\w.]+)=)?/.exec(sentence) ?? [];
  const { options, train } = methodAt(place, request);
  // A switch that is on by default is turned off by `--no-flip`.
  const key = optionKey(flag.replace(/^no-/, ''));
  const path = methodPath(place, request);
  if (flag === 'option' && Object.hasOwn(options, name)) return [...path, 'options', name];
  if (Object.hasOwn(train, key)) return [...path, key];
  return Object.hasOwn(request.options, key) ? [key] : undefined;
}

export function methodPath({ method }: Place, { methods }: CompareRequest): Path {
  return ['methods', methods.findIndex(({ label }) => label === method)];
}
