import { at } from '../../errors.js';
import { Random } from '../../random.js';
import type { AugmentationName } from '../../run/options/augmentations.js';

/** What is tried: factors of a method's own defaults for the data and the network. */
export interface Configuration {
  readonly learningRate: number;
  readonly lambda: number;
  /** Undefined for the default. */
  readonly augment: AugmentationName | undefined;
}

/** The first one of every method. */
export const defaults: Configuration = { learningRate: 1, lambda: 1, augment: undefined };

/** Powers of ten. Penalties that are far too strong are what harms most. */
const LEARNING_RATE = [-1, 1] as const;
const LAMBDA = [-2, 0.5] as const;

/** The default is half of them. */
const AUGMENTATIONS: readonly (AugmentationName | undefined)[] = [
  undefined,
  'none',
  undefined,
  'color-jitter',
  undefined,
  'rand-augment',
];

/**
 * The configurations 0, 1, 2, ... of a search: the defaults, then points of a Halton sequence (bases 2, 3, 5) that the seed
 * shifts. They fill the space evenly however many are taken, and more of them are the same and others.
 */
export function configuration(number: number, seed: number): Configuration {
  if (number === 0) return defaults;
  const random = new Random(seed, 'search');
  const shifts = [random.uniform(), random.uniform(), random.uniform()];
  const [rate, lambda, augment] = [2, 3, 5].map(
    (base, i) => (radicalInverse(number, base) + at(shifts, i)) % 1,
  );
  return {
    learningRate: powerOfTen(LEARNING_RATE, rate),
    lambda: powerOfTen(LAMBDA, lambda),
    augment: AUGMENTATIONS[Math.floor((augment ?? 0) * AUGMENTATIONS.length)],
  };
}

/** Two digits, so that it can be typed. */
function powerOfTen([low, high]: readonly [number, number], place = 0): number {
  return Number((10 ** (low + place * (high - low))).toPrecision(2));
}

/** The digits of a number in a base, behind the point and in reverse. */
function radicalInverse(number: number, base: number): number {
  let result = 0;
  let weight = 1 / base;
  for (let rest = number; rest > 0; rest = Math.floor(rest / base), weight /= base)
    result += (rest % base) * weight;
  return result;
}
