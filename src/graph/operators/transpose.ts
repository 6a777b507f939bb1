import { AdarandError, at } from '../../errors.js';
import { offsets, stridesOf } from '../broadcast.js';
import { emitUnderOwnName } from '../emit-under-own-name.js';
import { nodeOf } from '../node-of.js';
import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { elementAt, type Shape } from '../tensor.js';
import { apply, type Value } from '../value.js';

export const Transpose: Primitive<{ readonly perm: readonly number[] }, 1, 1> = {
  kind: 'primitive',
  name: 'Transpose',
  doc: "Permutes axes: the result's axis i is x's axis perm[i].",
  infer: ([x], { perm }) => {
    requirePermutation(perm, x.shape);
    return [{ dtype: x.dtype, shape: perm.map((axis) => at(x.shape, axis)) }];
  },
  gradient: ({ attributes: { perm }, gradients: [dy] }) => [() => transpose(dy, inverse(perm))],
  evaluate: ([x], { perm }, [y]) => {
    const strides = stridesOf(x.shape);
    const from = offsets(
      y.shape,
      perm.map((axis) => at(strides, axis)),
    );
    return [Float64Array.from(from, (offset) => elementAt(x.data, offset))];
  },
  emit: emitUnderOwnName,
  samples: [
    { inputs: [{ shape: [2, 3] }], attributes: { perm: [1, 0] } },
    { inputs: [{ shape: [2, 3, 4, 5] }], attributes: { perm: [0, 3, 1, 2] } },
  ],
};

/**
 * x with its axes in the order `perm`: axis i of the result is axis perm[i] of x. A transpose of a transpose is one
 * transpose, and the identity none.
 *
 * @throws AdarandError `graph.operand`, `graph.shape`.
 */
export function transpose(x: Value, perm: readonly number[]): Value {
  requireValues('Transpose', [x]);
  const before = nodeOf(x, Transpose);
  if (before !== undefined) {
    requirePermutation(perm, x.shape);
    const [inner] = before.inputs;
    return transpose(
      inner,
      perm.map((axis) => at(before.attributes.perm, axis)),
    );
  }
  return perm.length === x.shape.length && perm.every((axis, i) => axis === i)
    ? x
    : apply(Transpose, [x], { perm })[0];
}

function requirePermutation(perm: readonly number[], shape: Shape): void {
  const sorted = perm.toSorted((a, b) => a - b);
  if (perm.length !== shape.length || sorted.some((axis, i) => axis !== i))
    throw new AdarandError(
      'graph.shape',
      `Transpose: [${perm}] is not an order of the axes of [${shape}]`,
      'Each of its axes, counted from 0, is named once.',
    );
}

function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length).fill(0);
  perm.forEach((axis, i) => {
    result[axis] = i;
  });
  return result;
}
