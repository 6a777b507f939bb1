import { broadcastOffsets, normalizeAxis } from '../broadcast.js';
import type { Gradient, Primitive } from '../operator.js';
import { type Shape, sizeOf } from '../tensor.js';
import type { Value } from '../value.js';

/** Axes are sorted and counted from the front; reduced axes keep size 1, so the result broadcasts back. */
export type ReduceAttributes = { readonly axes: readonly number[] };

/** A reduction over axes that keeps them, at size 1. `axes` empty: all of them. */
export function reduction(definition: {
  name: string;
  doc: string;
  evaluate(elements: readonly number[]): number;
  /** Gradient with respect to x; dy and y have size 1 along the reduced axes. */
  gradient(x: Value, y: Value, dy: Value, count: number): Value;
  distinct?: boolean;
}): Primitive<ReduceAttributes, 1, 1> {
  return {
    kind: 'primitive',
    name: definition.name,
    doc: definition.doc,
    infer: ([x], { axes }) => [{ dtype: x.dtype, shape: reducedShape(x.shape, axes) }],
    gradient: ({ inputs: [x], outputs: [y], gradients: [dy] }): readonly Gradient[] => [
      dy && (() => definition.gradient(x, y, dy, sizeOf(x.shape) / sizeOf(y.shape))),
    ],
    evaluate: ([x], _attributes, [y]) => {
      const groups = Array.from({ length: sizeOf(y.shape) }, (): number[] => []);
      const target = broadcastOffsets(y.shape, x.shape);
      x.data.forEach((element, i) => {
        groups[target[i] ?? 0]?.push(element);
      });
      return [Float64Array.from(groups, (group) => definition.evaluate(group))];
    },
    emit: (e, [x = ''], node) => {
      const { axes } = node.attributes;
      return e.op(definition.name, [x, e.int64(Array.isArray(axes) ? axes : [])], { keepdims: 1 });
    },
    samples: [[0], [1], [0, 2], [0, 1, 2]].map((axes) => ({
      inputs: [{ shape: [2, 3, 4], ...(definition.distinct ? { distinct: true } : {}) }],
      attributes: { axes },
    })),
  };
}

/** Canonical axes of a reduction of `x`; all of them by default. */
export function reduceAxes(x: Value, axes?: readonly number[]): ReduceAttributes {
  const all = axes ?? x.shape.map((_, axis) => axis);
  return { axes: [...new Set(all.map((axis) => normalizeAxis(axis, x.shape.length)))].sort((a, b) => a - b) };
}

function reducedShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
}
