import { Random } from '../../src/random.js';
import { below, pick } from './mutate-bytes.js';
import type { Reader } from './reader.js';

/** The input of a case: a function of the seed and its number. */
export function inputOf(
  reader: Reader,
  samples: readonly Uint8Array[],
  seed: number,
  number: number,
): Uint8Array {
  const random = new Random(seed, 'test', number);
  let input = pick(random, samples);
  for (let changes = 1 + below(random, 4); changes > 0; changes--) input = reader.mutate(input, random);
  return input;
}
