import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { digamma } from '../../test/helpers/digamma.js';
import { type ClassEntropies, classEntropies } from '../analysis/entropy.js';
import { logGamma } from '../analysis/special-functions.js';
import { Random } from '../random.js';
import { nodeDriver } from '../runtime/node.js';
import { FeatureEntropies } from './feature-entropies.js';

const compiled = (d: number) => FeatureEntropies.compile(d, { driver: nodeDriver, device: 'cpu' });

/** Within 2e-6 nats for each dimension of what double precision says, pair by pair. */
function assertClose(actual: ClassEntropies, expected: ClassEntropies, d: number): void {
  for (const key of ['entropy', 'conditionalEntropy', 'mutualInformation'] as const)
    assert.ok(
      Object.is(actual[key], expected[key]) || Math.abs(actual[key] - expected[key]) <= 2e-6 * d,
      `${key}: ${actual[key]}, not ${expected[key]}`,
    );
}

describe('entropies by blocks of a Gram matrix are those of every pair in double precision', () => {
  const d = 3;
  let entropies: FeatureEntropies;
  before(async () => {
    entropies = await compiled(d);
  });
  after(() => entropies.release());
  const check = async (features: Float32Array, labels: readonly number[]) => {
    const found = await entropies.of(features, labels);
    assertClose(found, classEntropies(features, labels, labels.length, d), d);
    return found;
  };
  const drawn = (seed: number, n: number, change: (value: number, row: number) => number = (x) => x) => {
    const random = new Random(seed, 'test');
    return Float32Array.from({ length: n * d }, (_, i) => change(random.normal(), Math.floor(i / d)));
  };

  test('of any few features: two rows, duplicates, single rows of a class, one class', async () => {
    const row = fc.tuple(
      fc.array(fc.constantFrom(-1, 0, 0.001, 0.5, 3, 1000), { minLength: d, maxLength: d }),
      fc.integer({ min: 0, max: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 30 }), async (rows) => {
        const features = Float32Array.from(rows.flatMap(([numbers]) => numbers));
        await check(
          features,
          rows.map(([, label]) => label),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('of more rows than a block has, with classes that end inside one', async () => {
    const labels = Array.from({ length: 1100 }, (_, i) => (i % 11 === 0 ? 2 : i % 3 === 0 ? 7 : 5));
    await check(
      drawn(1, 1100, (x, row) => x + (labels[row] ?? 0)),
      labels,
    );
  });

  const labels = Array.from({ length: 60 }, (_, i) => i % 4);
  for (const [what, change] of [
    ['far from zero', (x: number) => 1000 + x],
    ['in tight classes that are far apart', (x: number, row: number) => 1e-3 * x + 10 * (row % 4)],
    ['as small as the least distance', (x: number) => 1e-12 * x],
    ['vanishing', (x: number) => 1e-30 * x],
    ['huge', (x: number) => 1e30 * x],
    ['with one row far away', (x: number, row: number) => (row === 0 ? 1e6 : x)],
    ['all zero', () => 0],
    ['half of them zero', (x: number, row: number) => (row % 2 === 0 ? 0 : x)],
  ] as const)
    test(`of features ${what}`, async () => {
      await check(drawn(2, 60, change), labels);
    });

  test('of labels that single precision does not tell apart', async () => {
    const large = labels.map((label) => 2 ** 25 + label);
    const { mutualInformation } = await check(
      drawn(5, 60, (x, row) => x + 5 * (row % 4)),
      large,
    );
    assert.ok(mutualInformation > 1);
  });

  test('twice to the same bits, and in another order', async () => {
    const features = drawn(3, 60);
    const found = await check(features, labels);
    assert.deepEqual(await entropies.of(features, labels), found);
    await check(features, labels.toReversed());
  });
});

test('a 64-dimensional Gaussian as expected: d (ln 2 + psi(d/2)/2) + 1 + ln c_d', async () => {
  const [n, d] = [700, 64];
  const random = new Random(4, 'test');
  const features = Float32Array.from({ length: n * d }, () => random.normal());
  const entropies = await compiled(d);
  const blocks: string[] = [];
  const { entropy, mutualInformation } = await entropies.of(features, new Int32Array(n), (done, total) =>
    blocks.push(`${done}/${total}`),
  );
  await entropies.release();
  const expected =
    d * (Math.LN2 + digamma(d / 2) / 2) + 1 + (d / 2) * Math.log(Math.PI) - logGamma(d / 2 + 1);
  assert.ok(Math.abs(entropy - expected) < 4 * d * Math.sqrt(1 / (2 * n * d)), `${entropy}, not ${expected}`);
  assert.ok(Math.abs(mutualInformation) < 1e-9, 'one class says nothing');
  assert.deepEqual(blocks, ['1/3', '2/3', '3/3']);
});
