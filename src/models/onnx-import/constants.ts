import { at } from '../../errors.js';
import { interpret } from '../../graph/interpret.js';
import { type Shape, sizeOf, type Tensor } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { MAXIMUM_SIZE } from './tensor.js';

/** An int64 constant; a vector unless a shape is given. */
export function int64(values: number | readonly number[], shape?: Shape): Value {
  const list = typeof values === 'number' ? [values] : values;
  return constant({
    dtype: 'int64',
    shape: shape ?? [list.length],
    data: BigInt64Array.from(list, toInt64),
  });
}

/** A value that depends on constants alone, as a constant. */
export function fold(value: Value): Value {
  if (value.origin.kind === 'constant' || sizeOf(value.shape) > MAXIMUM_SIZE) return value;
  return constant(toTensor(value, at(interpret([value]), 0)));
}

/** Integer arithmetic over shapes truncates, as ONNX's does. */
function toTensor({ dtype, shape }: Value, data: Float64Array): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(data, toInt64) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'uint8':
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
  }
}

/** The largest int64 means "to the end" in a Slice, and is no exact double: it is kept within range. */
function toInt64(value: number): bigint {
  const limit = 2 ** 62;
  return BigInt(Math.max(-limit, Math.min(limit, Math.trunc(value))));
}
