import { at } from '../../../errors.js';
import { noGradient, type Primitive } from '../../../graph/operator.js';
import { type Shape, sizeOf } from '../../../graph/tensor.js';
import { roundHalfToEven } from './round.js';

/** ONNX's QuantizeLinear to uint8, one scale and one zero point for the whole tensor. */
export const QuantizeLinear: Primitive<Record<never, never>, 3, 1> = {
  kind: 'primitive',
  name: 'QuantizeLinear',
  doc: 'round(x / scale) + zero point, limited to 0 to 255; halves are rounded to even numbers.',
  infer: ([x]) => [{ dtype: 'uint8', shape: x.shape }],
  gradient: () => [noGradient, noGradient, noGradient],
  evaluate: ([x, scale, zeroPoint]) => {
    const [s, z] = [at(scale.data, 0), at(zeroPoint.data, 0)];
    return [x.data.map((element) => Math.min(255, Math.max(0, roundHalfToEven(element / s) + z)))];
  },
  emit: (e, inputs) => e.op('QuantizeLinear', inputs),
  samples: [],
};

/** ONNX's DequantizeLinear; a scale for each index along `axis`, or one for all. */
export const DequantizeLinear: Primitive<{ readonly axis: number }, 'variadic', 1> = {
  kind: 'primitive',
  name: 'DequantizeLinear',
  doc: '(x - zero point) scale; without a zero point x scale.',
  infer: (inputs) => [{ dtype: 'float32', shape: at(inputs, 0).shape }],
  gradient: ({ inputs }) => inputs.map(() => noGradient),
  evaluate: (inputs, { axis }) => {
    const [x, scale, zeroPoint] = [at(inputs, 0), at(inputs, 1), inputs[2]];
    const place = scale.shape.length === 0 ? () => 0 : placeAlong(x.shape, axis);
    return [
      x.data.map((element, i) => {
        const k = place(i);
        return (element - (zeroPoint === undefined ? 0 : at(zeroPoint.data, k))) * at(scale.data, k);
      }),
    ];
  },
  emit: (e, inputs, { inputs: [, scale], attributes: { axis } }) =>
    e.op('DequantizeLinear', inputs, scale?.shape.length === 0 ? {} : { axis }),
  samples: [],
};

/** Of an element of a tensor, its index along an axis. */
export function placeAlong(shape: Shape, axis: number): (index: number) => number {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = at(shape, axis);
  return (index) => Math.floor(index / inner) % length;
}
