import type { Random } from '../../src/random.js';
import { below, mutateBytes, pick } from './mutate-bytes.js';

type Branch = Record<string | number, unknown>;

interface Place {
  readonly parent: Branch;
  readonly key: string | number;
}

/** What a leaf becomes; the same where there is nothing to change. */
export type LeafMutation = (leaf: unknown, random: Random, texts: readonly string[]) => unknown;

/** Changes one place of a tree of objects and arrays in place: a leaf, or an item that is left out or repeated. */
export function mutateTree(tree: unknown, random: Random, leaf: LeafMutation): void {
  const places: Place[] = [];
  const texts: string[] = [];
  collect(tree, places, texts);
  if (places.length === 0) return;
  const { parent, key } = pick(random, places);
  const kind = random.uniform();
  if (Array.isArray(parent) && kind < 0.2) parent.splice(Number(key), 1);
  else if (Array.isArray(parent) && kind < 0.3) parent.splice(Number(key), 0, parent[Number(key)]);
  else if (kind < 0.2) delete parent[key];
  else parent[key] = leaf(parent[key], random, texts);
}

function collect(value: unknown, places: Place[], texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  if (!isBranch(value)) return;
  for (const key of Object.keys(value)) {
    // Names of protobuf messages and of their cases.
    if (key.startsWith('$') || key === 'case') continue;
    places.push({ parent: value, key });
    collect(value[key], places, texts);
  }
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

const nastyTexts = [
  '',
  '__proto__',
  'constructor',
  'labels',
  'a\0b',
  '../../x',
  '\u{1f600}',
  'x'.repeat(5000),
  '~0',
];
const numbers = [
  0,
  -1,
  1,
  2,
  3,
  0.5,
  -0.5,
  7,
  64,
  255,
  1e3,
  65_537,
  1e9,
  2 ** 31,
  2 ** 53,
  1e300,
  1e-300,
  -1e9,
];
const integers = [
  0n,
  1n,
  -1n,
  2n,
  3n,
  7n,
  64n,
  4096n,
  1_000_000n,
  2n ** 31n,
  2n ** 32n,
  2n ** 62n,
  -(2n ** 63n),
];
const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Another leaf of the same type, as protobuf needs it. */
export const sameKind: LeafMutation = (leaf, random, texts) => {
  if (typeof leaf === 'bigint') return pick(random, [...integers, leaf + 1n, leaf - 1n, -leaf]);
  if (typeof leaf === 'number') return pick(random, [...numbers, ...notFinite, leaf + 1, leaf - 1, -leaf]);
  if (typeof leaf === 'string') return pick(random, [...texts, ...nastyTexts]);
  if (typeof leaf === 'boolean') return !leaf;
  return leaf instanceof Uint8Array ? mutatedElements(leaf, random) : leaf;
};

/** Bytes, or floats in their place. */
function mutatedElements(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length < 4 || random.uniform() < 0.5) return mutateBytes(bytes, random);
  const result = Uint8Array.from(bytes);
  const place = 4 * below(random, Math.floor(bytes.length / 4));
  new DataView(result.buffer).setFloat32(place, pick(random, [...numbers, ...notFinite]), true);
  return result;
}

/** Anything that JSON has. */
export const anyJson: LeafMutation = (leaf, random, texts) =>
  random.uniform() < 0.6
    ? sameKind(leaf, random, texts)
    : pick<unknown>(random, [null, true, '', '5', [], {}, [[]], [leaf], { x: leaf }, ...numbers]);

/** Anything that a program may pass. */
export const anything: LeafMutation = (leaf, random, texts) =>
  random.uniform() < 0.5
    ? anyJson(leaf, random, texts)
    : pick<unknown>(random, [undefined, 5n, Symbol('s'), () => 1, new Map(), new Date(), /x/, ...notFinite]);
