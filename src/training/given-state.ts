import { didYouMean } from '../did-you-mean.js';
import { sizeOf, type Tensor } from '../graph/tensor.js';
import { Random } from '../random.js';
import { tensorOf } from '../runtime/state.js';
import { refusedInputs } from './check-given.js';
import type { MethodLossInputs } from './method-loss.js';
import { fillNoise } from './noise.js';
import { METHOD_PREFIX } from './state-names.js';
import type { StepParts } from './step-parts.js';

/** The initial values of all that a method keeps, from step to step or within one, by the names of the step's inputs. */
export const lasting = ({ state, fixed }: Pick<StepParts, 'state' | 'fixed'>): ReadonlyMap<string, Tensor> =>
  new Map([...[...state].map(([name, initial]) => [name, tensorOf(initial)] as const), ...fixed]);

/** A state's name as its method knows it. */
export const bareName = (name: string): string =>
  name.startsWith(METHOD_PREFIX) ? name.slice(METHOD_PREFIX.length) : name;

/**
 * Feeds the values that are given for a method's state, and the initial ones of what is not given.
 *
 * @throws AdarandError `method.inputs` for a name that is no state of the method's, or another count of numbers.
 */
export function feedState(
  parts: Pick<StepParts, 'state' | 'fixed'>,
  { state }: Pick<MethodLossInputs, 'state'>,
  feeds: Map<string, Float64Array>,
): void {
  const given = new Map(Object.entries(state ?? {}));
  for (const [name, { data, shape }] of lasting(parts)) {
    const own = given.get(bareName(name));
    given.delete(bareName(name));
    if (own !== undefined && own.length !== data.length)
      throw refusedInputs(`state.${bareName(name)} has ${own.length} numbers instead of [${shape}]`);
    feeds.set(name, Float64Array.from(own ?? Array.from(data, Number)));
  }
  const [unknown] = given.keys();
  if (unknown === undefined) return;
  const names = [...lasting(parts).keys()].map(bareName);
  throw refusedInputs(
    `the method has no state ${unknown}: ${names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`}.` +
      didYouMean(unknown, names),
  );
}

/**
 * Feeds the values that are given for a method's random inputs, and draws those that are not given.
 *
 * @throws AdarandError `method.inputs` for more arrays than it asks for, or another count of numbers.
 */
export function feedNoise(
  { noise: asked }: Pick<StepParts, 'noise'>,
  { noise = [], seed = 0, step = 0 }: Pick<MethodLossInputs, 'noise' | 'seed' | 'step'>,
  feeds: Map<string, Float64Array>,
): void {
  if (noise.length > asked.length)
    throw refusedInputs(`${noise.length} arrays of noise are given, and the method asks for ${asked.length}`);
  asked.forEach(({ name, distribution, shape }, i) => {
    const given = noise[i];
    if (given !== undefined && given.length !== sizeOf(shape))
      throw refusedInputs(`noise[${i}] has ${given.length} numbers instead of [${shape}]`);
    const values = Float64Array.from(given ?? new Float64Array(sizeOf(shape)));
    if (given === undefined) fillNoise(values, distribution, new Random(seed, 'noise', step, i));
    feeds.set(name, values);
  });
}
