import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { symmetricEigen } from '../analysis/symmetric-eigen.js';
import { Random } from '../random.js';
import { methodLoss } from '../training/method-loss.js';
import { bss } from './bss.js';

const matrix = (rows: number, columns: number) =>
  fc.array(
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: columns, maxLength: columns }),
    {
      minLength: rows,
      maxLength: rows,
    },
  );

const lossOf = (features: number[][], k: number) =>
  methodLoss(bss, { features, labels: features.map(() => 0), classes: 1, options: { k } });

const golden = readGolden(
  'bss',
  z.object({
    cases: z.array(
      z.object({ features: recipeSchema, k: z.number(), penalty: z.number(), gradient: z.array(z.number()) }),
    ),
  }),
);

for (const { features, k, penalty, gradient } of golden.cases)
  test(`[${features.shape}], k = ${k}: penalty and gradient agree with SciPy and PyTorch`, () => {
    const [rows = 0, columns = 0] = features.shape;
    const { data } = tensorOf(features);
    const matrix = Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);
    const result = lossOf(matrix, k);
    assert.ok(worstError([result.penalty], [penalty]) < 1e-6, `${result.penalty} for ${penalty}`);
    assert.ok(worstError(result.gradients.features, gradient) < 1e-6);
  });

test('with k = B <= d, all singular values are summed: the squared Frobenius norm', () => {
  fc.assert(
    fc.property(matrix(4, 6), (features) => {
      const frobenius = features.flat().reduce((sum, g) => sum + g * g, 0);
      assert.ok(Math.abs(lossOf(features, 4).penalty - frobenius) < 1e-6 * Math.max(1, frobenius));
    }),
    { numRuns: 20 },
  );
});

for (const [rows, columns] of [
  [5, 8],
  [8, 5],
] as const)
  for (const k of [1, 2])
    test(`${rows} x ${columns}, k = ${k}: the smallest eigenvalues of the smaller Gram matrix`, () => {
      fc.assert(
        fc.property(matrix(rows, columns), (features) => {
          const expected = smallestOf(features, k);
          const scale = features.flat().reduce((sum, g) => sum + g * g, 1);
          assert.ok(Math.abs(lossOf(features, k).penalty - expected) < 1e-6 * scale);
        }),
        { numRuns: 20 },
      );
    });

test('beyond 256 dimensions, too, the smallest singular value is the smallest', () => {
  // Known by construction: a decomposition of a matrix of this size would take a minute.
  const diagonal = Array.from({ length: 260 }, (_, i) =>
    Array.from({ length: 262 }, (_, j) => (i !== j ? 0 : i === 137 ? 0.1 : 0.5 + i / 20)),
  );
  const { penalty } = lossOf(transposed(reflected(transposed(reflected(diagonal)))), 1);
  assert.ok(Math.abs(penalty - 0.01) < 1e-6, `${penalty}`);
});

test('features that are all zero have no term and no gradient', () => {
  const { penalty, gradients } = lossOf(
    [0, 0, 0].map(() => [0, 0, 0, 0]),
    1,
  );
  assert.equal(penalty, 0);
  assert.ok(gradients.features.every((element) => element === 0));
});

function smallestOf(features: number[][], k: number): number {
  const [rows, columns] = [features.length, features[0]?.length ?? 0];
  const vectors = rows <= columns ? features : transposed(features);
  const gram = vectors.map((u) =>
    vectors.map((v) => u.reduce((sum, element, j) => sum + element * (v[j] ?? 0), 0)),
  );
  return symmetricEigen(gram)
    .values.slice(-k)
    .reduce((sum, value) => sum + value, 0);
}

/** (I - 2 v v^T) X, for some v of length 1: an orthogonal map, which leaves the singular values. */
function reflected(matrix: number[][]): number[][] {
  const random = new Random(1, 'test');
  const drawn = matrix.map(() => random.normal());
  const length = Math.hypot(...drawn);
  const v = drawn.map((element) => element / length);
  const along = (matrix[0] ?? []).map((_, j) =>
    matrix.reduce((sum, row, i) => sum + (v[i] ?? 0) * (row[j] ?? 0), 0),
  );
  return matrix.map((row, i) => row.map((element, j) => element - 2 * (v[i] ?? 0) * (along[j] ?? 0)));
}

function transposed(matrix: number[][]): number[][] {
  return (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] ?? 0));
}
