import type { Primitive } from '../graph/operator.js';
import { reshape } from '../graph/operators/reshape.js';
import { sameShape, sizeOf } from '../graph/tensor.js';
import { apply, type Value } from '../graph/value.js';
import type { Lowering } from './lowering.js';
import type { Target } from './target.js';

type Elementwise = Primitive<Record<never, never>, 2, 1>;

/**
 * A tensor whose shape ends in ones, as 1x1 kernels [K,C,1,1] do, with one number, as optimizers use them: in one
 * dimension. ONNX Runtime's broadcasting goes along the last axis, and takes ten times as long an element if that has
 * one. Two tensors of one shape are not broadcast, and stay as they are.
 */
export function elementwise(operator: Elementwise): Lowering<Record<never, never>, 2, 1> {
  return {
    lower: ([a, b], _attributes, target) => [
      flattened(operator, a, b, target) ?? apply(operator, [a, b], {})[0],
    ],
  };
}

/** `undefined` where the operands' own shapes are as fast. */
export function flattened(operator: Elementwise, a: Value, b: Value, { device }: Target): Value | undefined {
  if (device !== 'cpu' && device !== 'wasm') return undefined;
  const { shape } = sizeOf(a.shape) > sizeOf(b.shape) ? a : b;
  const [y] = apply(operator, [a, b], {});
  const isNumber = [a, b].some((operand) => sizeOf(operand.shape) === 1);
  if (!isNumber || shape.at(-1) !== 1 || sizeOf(shape) === 1 || !sameShape(y.shape, shape)) return undefined;
  const flat = (x: Value) => (x.shape.length > 1 ? reshape(x, [sizeOf(x.shape)]) : x);
  return reshape(apply(operator, [flat(a), flat(b)], {})[0], shape);
}
