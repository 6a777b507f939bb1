import { offsets, stridesOf } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';

export const Transpose: Primitive<{ readonly perm: readonly number[] }, 1, 1> = {
  kind: 'primitive',
  name: 'Transpose',
  doc: "Permutes axes: the result's axis i is x's axis perm[i].",
  infer: ([x], { perm }) => [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis] ?? 1) }],
  gradient: ({ attributes: { perm }, gradients: [dy] }) => [dy && (() => transpose(dy, inverse(perm)))],
  evaluate: ([x], { perm }, [y]) => {
    const strides = stridesOf(x.shape);
    const from = offsets(
      y.shape,
      perm.map((axis) => strides[axis] ?? 0),
    );
    return [Float64Array.from(from, (offset) => x.data[offset] ?? 0)];
  },
  emit: (e, inputs, { attributes: { perm } }) =>
    e.op('Transpose', inputs, { perm: Array.isArray(perm) ? perm : [] }),
  samples: [
    { inputs: [{ shape: [2, 3] }], attributes: { perm: [1, 0] } },
    { inputs: [{ shape: [2, 3, 4, 5] }], attributes: { perm: [0, 3, 1, 2] } },
  ],
};

/** A transpose of a transpose is one transpose, and the identity none. */
export function transpose(x: Value, perm: readonly number[]): Value {
  const node =
    x.origin.kind === 'node' && x.origin.node.operator.name === Transpose.name ? x.origin.node : undefined;
  const inner = node?.inputs[0];
  const before = node?.attributes.perm;
  if (inner !== undefined && Array.isArray(before))
    return transpose(
      inner,
      perm.map((axis) => Number(before[axis])),
    );
  return perm.every((axis, i) => axis === i) ? x : apply(Transpose, [x], { perm })[0];
}

function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length).fill(0);
  perm.forEach((axis, i) => {
    result[axis] = i;
  });
  return result;
}
