import { flat, type Primitive } from '../operator.js';
import type { DType } from '../tensor.js';
import { apply, type Value } from '../value.js';

type CastAttributes = { readonly to: DType };

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxDataType: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** Casts carry no gradient: every float value of a graph is float32 already. */
export const Cast: Primitive<CastAttributes, 1, 1> = {
  kind: 'primitive',
  name: 'Cast',
  doc: 'Changes the element type.',
  infer: ([x], { to }) => [{ dtype: to, shape: x.shape }],
  gradient: flat,
  evaluate: ([x], { to }) => [x.data.map((element) => convert(element, to))],
  emit: (e, inputs, node) => e.op('Cast', inputs, { to: onnxDataType[node.outputs[0]?.dtype ?? 'float32'] }),
  samples: [
    {
      inputs: [{ shape: [2, 3], dtype: 'uint8', values: [0, 1, 2, 3, 254, 255] }],
      attributes: { to: 'float32' },
    },
    { inputs: [{ shape: [3], dtype: 'int32', values: [-1, 0, 7] }], attributes: { to: 'bool' } },
  ],
};

export const cast = (x: Value, to: DType): Value => apply(Cast, [x], { to })[0];

function convert(element: number, to: DType): number {
  if (to === 'bool') return Number(element !== 0);
  return to === 'float32' ? element : Math.trunc(element);
}
