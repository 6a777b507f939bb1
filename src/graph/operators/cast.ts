import { AdarandError } from '../../errors.js';
import { isFloat } from '../dtypes.js';
import { noGradient, type Primitive } from '../operator.js';
import type { DType } from '../tensor.js';
import { apply, type Value } from '../value.js';

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxDataType: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** A gradient passes between float types; rounding to whole numbers has none. */
export const Cast: Primitive<{ readonly to: DType }, 1, 1> = {
  kind: 'primitive',
  name: 'Cast',
  doc: 'Changes the element type.',
  infer: ([x], { to }) => {
    if (!Object.hasOwn(onnxDataType, to))
      throw new AdarandError(
        'graph.dtype',
        `Cast: there is no element type ${to}`,
        `There are ${Object.keys(onnxDataType).join(', ')}.`,
      );
    return [{ dtype: to, shape: x.shape }];
  },
  gradient: ({ inputs: [x], attributes: { to }, gradients: [dy] }) => [
    isFloat(x.dtype) && isFloat(to) ? () => cast(dy, x.dtype) : noGradient,
  ],
  evaluate: ([x], { to }) => [x.data.map((element) => convert(element, to))],
  elementwise: true,
  emit: (e, inputs, { attributes: { to } }) => e.op('Cast', inputs, { to: onnxDataType[to] }),
  samples: [
    {
      inputs: [{ shape: [2, 3], dtype: 'uint8', values: [0, 1, 2, 3, 254, 255] }],
      attributes: { to: 'float32' },
    },
    { inputs: [{ shape: [3], dtype: 'int32', values: [-1, 0, 7] }], attributes: { to: 'bool' } },
    { inputs: [{ shape: [2, 3] }], attributes: { to: 'float32' } },
  ],
};

/**
 * x with another element type: numbers lose their fraction, and as bools are whether they are not 0.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`.
 */
export const cast = (x: Value, to: DType): Value => apply(Cast, [x], { to })[0];

function convert(element: number, to: DType): number {
  if (to === 'bool') return Number(element !== 0);
  return isFloat(to) ? element : Math.trunc(element);
}
