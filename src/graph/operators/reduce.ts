import { AdarandError, at } from '../../errors.js';
import { normalizeAxis, requireAxis } from '../axis.js';
import { broadcastOffsets } from '../broadcast.js';
import { requireNumbers } from '../dtypes.js';
import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { type Shape, sizeOf } from '../tensor.js';
import type { Value } from '../value.js';

/** Axes are sorted and counted from the front; reduced axes keep size 1, so the result broadcasts back. */
export type ReduceAttributes = { readonly axes: readonly number[] };

/** A reduction over axes that keeps them, at size 1. */
export function reduction(definition: {
  name: string;
  doc: string;
  evaluate(elements: readonly number[]): number;
  /** Gradient with respect to x; dy and y have size 1 along the reduced axes, of `count` elements. */
  gradient(
    x: Value,
    y: Value,
    dy: Value,
    over: { readonly axes: readonly number[]; readonly count: number },
  ): Value;
  distinct?: boolean;
}): Primitive<ReduceAttributes, 1, 1> {
  const { name, distinct } = definition;
  return {
    kind: 'primitive',
    name,
    doc: definition.doc,
    infer: ([x], { axes }) => {
      requireNumbers(name, 'its operand', x);
      for (const axis of axes) requireAxis(name, axis, x.shape);
      if (new Set(axes).size !== axes.length)
        throw new AdarandError(
          'graph.shape',
          `${name}: axes [${axes}] name one twice`,
          'Name each axis once; -1 is the last one.',
        );
      return [{ dtype: x.dtype, shape: reducedShape(x.shape, axes) }];
    },
    gradient: ({ inputs: [x], outputs: [y], gradients: [dy], attributes: { axes } }) => [
      () => definition.gradient(x, y, dy, { axes, count: sizeOf(x.shape) / sizeOf(y.shape) }),
    ],
    evaluate: ([x], _attributes, [y]) => {
      const groups = Array.from({ length: sizeOf(y.shape) }, (): number[] => []);
      const target = broadcastOffsets(y.shape, x.shape);
      x.data.forEach((element, i) => {
        at(groups, at(target, i)).push(element);
      });
      return [Float64Array.from(groups, (group) => definition.evaluate(group))];
    },
    // To ONNX, no axes are all of them.
    emit: (e, [x], { attributes: { axes } }) =>
      axes.length === 0 ? e.op('Identity', [x]) : e.op(name, [x, e.int64(axes)], { keepdims: 1 }),
    samples: [[], [0], [1], [0, 2], [0, 1, 2]].map((axes) => ({
      inputs: [{ shape: [2, 3, 4], ...(distinct && { distinct }) }],
      attributes: { axes },
    })),
  };
}

/** Canonical axes of a reduction of `x`; all of them unless given. */
export function reduceAxes(
  operator: string,
  x: Value,
  axes: readonly number[] | undefined,
): ReduceAttributes {
  requireValues(operator, [x]);
  const all = axes === undefined ? [...x.shape.keys()] : axes;
  return { axes: [...new Set(all.map((axis) => normalizeAxis(axis, x.shape.length)))].sort((a, b) => a - b) };
}

function reducedShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
}
