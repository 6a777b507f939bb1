import { at } from '../../errors.js';
import { Random } from '../../random.js';
import type { AugmentationName } from '../../run/options/augmentations.js';

/** What is tried: factors of a method's own defaults for the data and the network. */
export interface Configuration {
  readonly learningRate: number;
  readonly lambda: number;
  readonly augment: AugmentationName | 'default';
  /** Share of the epochs. */
  readonly epochs: number;
  /** As it is. */
  readonly labelSmoothing: number;
}

/** The first one of every method. */
export const defaults: Configuration = {
  learningRate: 1,
  lambda: 1,
  augment: 'default',
  epochs: 1,
  labelSmoothing: 0,
};

/** Powers of ten. Penalties that are far too strong are what harms most. */
const LEARNING_RATE = [-1, 1] as const;
const LAMBDA = [-2, 0.5] as const;

/** The default is half of them. */
const AUGMENTATIONS: readonly Configuration['augment'][] = [
  'default',
  'none',
  'default',
  'color-jitter',
  'default',
  'rand-augment',
];

const EPOCHS = [1, 0.5, 1, 0.25];

const LABEL_SMOOTHING = [0, 0.1];

/**
 * The configurations 0, 1, 2, ... of a search: the defaults, then points of a Halton sequence (bases 2, 3, 5, 7, 11) that
 * the seed shifts. They fill the space evenly however many are taken, and more of them are the same and others.
 */
export function configuration(number: number, seed: number): Configuration {
  if (number === 0) return defaults;
  const random = new Random(seed, 'search');
  const [rate = 0, lambda = 0, augment = 0, epochs = 0, smoothing = 0] = [2, 3, 5, 7, 11].map(
    (base) => (radicalInverse(number, base) + random.uniform()) % 1,
  );
  return {
    learningRate: powerOfTen(LEARNING_RATE, rate),
    lambda: powerOfTen(LAMBDA, lambda),
    augment: choice(AUGMENTATIONS, augment),
    epochs: choice(EPOCHS, epochs),
    labelSmoothing: choice(LABEL_SMOOTHING, smoothing),
  };
}

/** Two digits, so that it can be typed. */
function powerOfTen([low, high]: readonly [number, number], place: number): number {
  return Number((10 ** (low + place * (high - low))).toPrecision(2));
}

function choice<T>(values: readonly T[], place: number): T {
  return at(values, Math.floor(place * values.length));
}

/** The digits of a number in a base, behind the point and in reverse. */
function radicalInverse(number: number, base: number): number {
  let result = 0;
  let weight = 1 / base;
  for (let rest = number; rest > 0; rest = Math.floor(rest / base), weight /= base)
    result += (rest % base) * weight;
  return result;
}
