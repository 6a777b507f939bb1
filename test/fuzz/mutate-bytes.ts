import type { Random } from '../../src/random.js';

export const below = (random: Random, limit: number): number => random.uint32() % Math.max(1, limit);

export function pick<T>(random: Random, from: readonly T[]): T {
  const place = below(random, from.length);
  for (const [i, each] of from.entries()) if (i === place) return each;
  throw new Error('there is nothing to pick from');
}

type ByteMutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Values in which lengths and counts go wrong. */
const words = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 1_000_000];

const mutations: readonly ByteMutation[] = [
  // A bit.
  (bytes, random) => {
    const place = below(random, bytes.length);
    return bytes.with(place, (bytes[place] ?? 0) ^ (1 << below(random, 8)));
  },
  // A byte.
  (bytes, random) =>
    bytes.length === 0 ? bytes : bytes.with(below(random, bytes.length), below(random, 256)),
  // A word, of either order: a length, a count, an offset.
  (bytes, random) => {
    if (bytes.length < 4) return bytes;
    const result = Uint8Array.from(bytes);
    const view = new DataView(result.buffer);
    // Headers are where most lengths are.
    const reach = random.uniform() < 0.5 ? Math.min(64, bytes.length) : bytes.length;
    view.setUint32(below(random, Math.max(1, reach - 3)), pick(random, words), random.uniform() < 0.5);
    return result;
  },
  // Cut short.
  (bytes, random) => bytes.slice(0, below(random, bytes.length + 1)),
  // A part in the place of another, or more than once.
  (bytes, random) => {
    const length = 1 + below(random, Math.min(64, bytes.length));
    const from = below(random, bytes.length);
    const to = below(random, bytes.length + 1);
    const part = bytes.slice(from, from + length);
    const rest = bytes.slice(random.uniform() < 0.5 ? to : to + length);
    return Uint8Array.from([...bytes.subarray(0, to), ...part, ...rest]);
  },
  // A part left out.
  (bytes, random) => {
    const from = below(random, bytes.length);
    const rest = bytes.slice(from + 1 + below(random, 16));
    return Uint8Array.from([...bytes.subarray(0, from), ...rest]);
  },
];

export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.length === 0 ? bytes : pick(random, mutations)(bytes, random);
}
