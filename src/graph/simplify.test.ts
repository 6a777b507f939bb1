import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { interpret } from './interpret.js';
import { add } from './operators/add.js';
import { exp } from './operators/exp.js';
import { mul } from './operators/mul.js';
import { neg } from './operators/neg.js';
import { sub } from './operators/sub.js';
import { transpose } from './operators/transpose.js';
import { simplify } from './simplify.js';
import { input, scalar, topologicalOrder, type Value } from './value.js';

const x = input('x', { dtype: 'float32', shape: [2, 3] });
const y = input('y', { dtype: 'float32', shape: [3] });
const count = (outputs: readonly Value[]) => topologicalOrder(outputs).length;

test('equal subexpressions are computed once', () => {
  assert.equal(count(simplify([add(exp(x), exp(x)), mul(exp(x), y)])), 3);
});

test('constants are folded, and equal constants shared', () => {
  const folded = simplify([mul(x, exp(add(1, 1)))]);
  assert.equal(count(folded), 1);
  assert.equal(count(simplify([add(mul(x, 3), mul(x, 3))])), 2);
});

test('sums with 0 and products with 1 vanish, unless they broadcast', () => {
  assert.deepEqual(simplify([add(mul(x, 1), 0)]), [x]);
  assert.equal(count(simplify([add(y, scalar(0, [2, 3]))])), 1);
});

test('an attribute makes a difference', () => {
  assert.equal(count(simplify([transpose(x, [1, 0]), neg(x), exp(x)])), 3);
});

test('simplified graphs compute the same', () => {
  const grow = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.constantFrom(x, y, scalar(0), scalar(1), scalar(2.5)),
      fc.tuple(fc.constantFrom(add, sub, mul), tie('value'), tie('value')).map(([op, a, b]) => op(a, b)),
      fc.tuple(fc.constantFrom(neg), tie('value')).map(([op, a]) => op(a)),
    ),
  }));
  const feeds = new Map([
    ['x', Float64Array.of(1, -2, 3, 0.5, 0, -1)],
    ['y', Float64Array.of(2, -1, 0.25)],
  ]);
  fc.assert(
    fc.property(grow.value, (value) => {
      const [before] = interpret([value], feeds);
      const [after] = interpret(simplify([value]), feeds);
      assert.equal(before?.length, after?.length);
      // Folding rounds constants to single precision; -0 and 0 are one.
      before?.forEach((element, i) => {
        assert.ok(Math.abs(element - (after?.[i] ?? Number.NaN)) <= 1e-5 * Math.max(1, Math.abs(element)));
      });
    }),
  );
});
