import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { symmetricEigen } from '../../analysis/symmetric-eigen.js';
import { interpret } from '../../graph/interpret.js';
import { input, scalar } from '../../graph/value.js';
import { smallestEigenvector } from './smallest-eigenvector.js';

const eigenvectorOf = (matrix: readonly (readonly number[])[], bound: number) =>
  interpret(
    [
      smallestEigenvector(
        input('matrix', { dtype: 'float32', shape: [matrix.length, matrix.length] }),
        scalar(bound),
      ),
    ],
    new Map([['matrix', Float64Array.from(matrix.flat())]]),
  )[0] ?? new Float64Array();

/** u^T A u */
const form = (matrix: readonly (readonly number[])[], u: Float64Array) =>
  matrix.reduce(
    (sum, row, i) => sum + (u[i] ?? 0) * row.reduce((dot, element, j) => dot + element * (u[j] ?? 0), 0),
    0,
  );

const length = (u: Float64Array) => Math.hypot(...u);

test('a unit vector, with the smallest eigenvalue', () => {
  const row = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 5, maxLength: 7 }), (rows) => {
      const gram = [0, 1, 2, 3, 4].map((i) =>
        [0, 1, 2, 3, 4].map((j) => rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
      );
      const u = eigenvectorOf(gram, 40);
      assert.ok(Math.abs(length(u) - 1) < 1e-12);
      assert.ok(form(gram, u) - (symmetricEigen(gram).values.at(-1) ?? 0) < 1e-8);
    }),
    { numRuns: 50 },
  );
});

test('beyond 256 dimensions: a vector among the small eigenvalues', () => {
  const size = 260;
  const matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? 0.97 ** i : 0)),
  );
  const u = eigenvectorOf(matrix, 1);
  assert.ok(Math.abs(length(u) - 1) < 1e-12);
  assert.ok(form(matrix, u) < 0.01);
});

test('of equal eigenvalues any vector, at unit length', () => {
  for (const value of [0, 1])
    assert.ok(
      Math.abs(
        length(
          eigenvectorOf(
            [
              [value, 0],
              [0, value],
            ],
            2,
          ),
        ) - 1,
      ) < 1e-12,
    );
});
