import { logSoftmax } from '../../analysis/softmax.js';
import { AdarandError } from '../../errors.js';
import { requireFloat } from '../dtypes.js';
import type { ReferenceTensor, Value } from '../operator.js';
import { requireValues } from '../require-values.js';
import { lastAxis } from '../shapes.js';
import type { TensorType } from '../tensor.js';

/** The axis is the last one: ONNX has kernels for others, at the price of transposes. */
export type RowAttributes = { readonly axis: number };

export function rowAttributes(operator: string, x: Value): RowAttributes {
  requireValues(operator, [x]);
  return { axis: x.shape.length - 1 };
}

/** The result's type: x's own. */
export function rowType(operator: string, x: TensorType, { axis }: RowAttributes): TensorType {
  requireFloat(operator, 'its operand', x);
  lastAxis(x.shape, `${operator}: its operand`);
  if (axis !== x.shape.length - 1)
    throw new AdarandError(
      'graph.shape',
      `${operator}: axis ${axis} is not the last one of [${x.shape}]`,
      'Transpose the value, so that it is.',
    );
  return x;
}

/** log softmax of each row. */
export function logSoftmaxRows({ shape, data }: ReferenceTensor): Float64Array {
  const size = lastAxis(shape);
  const result = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += size)
    result.set(logSoftmax(data.subarray(start, start + size)), start);
  return result;
}
