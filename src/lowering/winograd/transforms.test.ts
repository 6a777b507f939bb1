import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { at } from '../../errors.js';
import {
  backwards,
  INPUTS,
  inputTransform,
  kernelTransform,
  type Matrix,
  RESULTS,
  resultTransform,
  TAPS,
  transposed,
} from './transforms.js';

const numbers = (count: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: count, maxLength: count });
const square = (side: number) => fc.array(numbers(side), { minLength: side, maxLength: side });

test('along an axis: the filter by its definition', () => {
  fc.assert(
    fc.property(numbers(INPUTS), numbers(TAPS), (inputs, taps) => {
      const transformed = applied(inputTransform, inputs);
      const products = applied(kernelTransform, taps).map((tap, i) => tap * at(transformed, i));
      const expected = Array.from({ length: RESULTS }, (_, i) =>
        taps.reduce((sum, tap, k) => sum + tap * at(inputs, i + k), 0),
      );
      agree([applied(resultTransform, products)], [expected]);
    }),
  );
});

test('of both axes: the filter, and its two adjoints, by their definitions', () => {
  fc.assert(
    fc.property(square(INPUTS), square(TAPS), square(RESULTS), (tile, kernel, dy) => {
      const kernels = nested(kernelTransform, kernel);
      const inputs = nested(inputTransform, tile);
      agree(nested(resultTransform, elementwise(kernels, inputs)), correlated(tile, kernel));
      const adjoints = nested(transposed(resultTransform), dy);
      agree(nested(transposed(kernelTransform), elementwise(adjoints, inputs)), correlated(tile, dy));
      agree(nested(backwards(kernelTransform), kernel), nested(kernelTransform, reversed(kernel)));
    }),
  );
});

test("all but the kernel's transform is exact in single precision", () => {
  for (const transform of [inputTransform, resultTransform])
    for (const row of transform) for (const element of row) assert.equal(Math.fround(element), element);
});

/** y[i,j] = sum over u, v of x[i+u,j+v] w[u,v], wherever w fits. */
function correlated(x: Matrix, w: Matrix): number[][] {
  const places = Array.from({ length: x.length - w.length + 1 }, (_, i) => i);
  return places.map((i) =>
    places.map((j) =>
      w.reduce((sum, row, u) => row.reduce((s, tap, v) => s + tap * at(at(x, i + u), j + v), sum), 0),
    ),
  );
}

/** T X T^T. */
function nested(t: Matrix, x: Matrix): Matrix {
  return transposed(product(t, transposed(product(t, x))));
}

function product(a: Matrix, b: Matrix): number[][] {
  return a.map((row) => at(b, 0).map((_, j) => row.reduce((sum, x, k) => sum + x * at(at(b, k), j), 0)));
}

const applied = (t: Matrix, x: readonly number[]): number[] =>
  t.map((row) => row.reduce((sum, element, k) => sum + element * at(x, k), 0));

const elementwise = (a: Matrix, b: Matrix): number[][] =>
  a.map((row, i) => row.map((element, j) => element * at(at(b, i), j)));

const reversed = (x: Matrix): Matrix => backwards(x).toReversed();

function agree(actual: Matrix, expected: Matrix): void {
  assert.deepEqual(
    actual.map((row) => row.length),
    expected.map((row) => row.length),
  );
  actual.forEach((row, i) => {
    row.forEach((element, j) => {
      assert.ok(Math.abs(element - at(at(expected, i), j)) < 1e-13, `${actual} is not ${expected}`);
    });
  });
}
