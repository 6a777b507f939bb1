import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { interpret } from './interpret.js';
import { operandPair } from './operand.js';
import * as ops from './ops.js';
import { requireValues } from './require-values.js';
import { input } from './value.js';

const x = input('x', { dtype: 'float32', shape: [2, 3] });
const count = input('count', { dtype: 'int32', shape: [3] });
const bytes = input('bytes', { dtype: 'uint8', shape: [3] });
const long = input('long', { dtype: 'int64', shape: [] });
const mask = input('mask', { dtype: 'bool', shape: [3] });

describe('a number beside a value', () => {
  it('is a constant of shape [] and of the value’s element type, on either side', () => {
    for (const [value, number] of [
      [x, 0.5],
      [count, -7],
      [bytes, 255],
      [long, 2 ** 40],
    ] as const)
      for (const [a, b] of [
        operandPair('Add', value, number),
        [...operandPair('Add', number, value)].reverse(),
      ]) {
        assert.equal(a, value);
        assert.equal(b?.dtype, value.dtype);
        assert.deepEqual(b?.shape, []);
        assert.deepEqual(interpret(b === undefined ? [] : [b]), [Float64Array.of(number)]);
      }
  });

  it('is computed with in single precision, as any constant', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (number) => {
        const [, b] = operandPair('Add', x, number);
        assert.deepEqual(interpret([b]), [Float64Array.of(Math.fround(number))]);
      }),
    );
  });

  it('is of float32 where both are numbers', () => {
    const sum = ops.add(2, 0.5);
    assert.equal(sum.dtype, 'float32');
    assert.deepEqual(interpret([sum, ops.where(mask, 1, 0)], new Map([['mask', Float64Array.of(1, 0, 1)]])), [
      Float64Array.of(2.5),
      Float64Array.of(1, 0, 1),
    ]);
  });

  it('is refused where the value’s type has no such element', () => {
    for (const [value, number] of [
      [count, 0.5],
      [count, 2 ** 31],
      [count, Number.NaN],
      [bytes, -1],
      [bytes, 256],
      [long, 0.5],
      [long, Number.POSITIVE_INFINITY],
      [mask, 1],
    ] as const)
      assert.throws(() => ops.equal(value, number), {
        code: 'graph.operand',
        message: `Equal: the number ${number} is used with a value of ${value.dtype}, which has no such element`,
        hint: /Cast/,
      });
  });
});

test('what is neither a value nor a number is refused by name and place', () => {
  const refusal = (position: number, wrong: unknown) => {
    const operands: unknown[] = [x, x, x, x, x, x];
    try {
      requireValues('Op', operands.with(position, wrong));
    } catch (error) {
      return error instanceof Error ? error.message : undefined;
    }
    return undefined;
  };
  assert.equal(refusal(0, undefined), 'Op: its first operand is undefined, not a value');
  assert.equal(refusal(1, null), 'Op: its second operand is null, not a value');
  assert.equal(refusal(2, new Float32Array(2)), 'Op: its third operand is a Float32Array, not a value');
  assert.equal(refusal(3, ops.float32([1], [2])), 'Op: its fourth operand is a tensor, not a value');
  assert.equal(refusal(4, [1, 2]), 'Op: its fifth operand is an array, not a value');
  assert.equal(refusal(5, 3), 'Op: its 6th operand is the number 3, not a value');
  assert.equal(refusal(0, 'x'), 'Op: its first operand is the text "x", not a value');
  assert.equal(refusal(0, true), 'Op: its first operand is a boolean, not a value');
  assert.equal(
    refusal(0, () => x),
    'Op: its first operand is a function, not a value',
  );
  assert.equal(refusal(0, { scale: x }), 'Op: its first operand is an object, not a value');
  assert.equal(refusal(0, x), undefined);
});
