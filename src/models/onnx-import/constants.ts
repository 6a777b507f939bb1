import { AdarandError, at } from '../../errors.js';
import { countFlops } from '../../graph/flops.js';
import { interpret } from '../../graph/interpret.js';
import { type Shape, sizeOf, type Tensor } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';

/** An int64 constant; a vector unless a shape is given. */
export function int64(values: number | readonly number[], shape?: Shape): Value {
  const list = typeof values === 'number' ? [values] : values;
  return constant({
    dtype: 'int64',
    shape: shape ?? [list.length],
    data: BigInt64Array.from(list, toInt64),
  });
}

/** Elements that one node may make of nothing but a size. */
export const MAXIMUM_MADE = 2 ** 24;

/** Numbers that a graph may compute from constants alone: sizes, masks and positions need far fewer. */
const MAXIMUM_COMPUTED = 2 ** 25;

/** What is computed while a graph is built: values that depend on constants alone. */
export class Folding {
  readonly #file: string;
  #work = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * The value as a constant.
   *
   * @throws AdarandError `model.constants` where all of them together take more than a moment.
   */
  fold(value: Value): Value {
    const { origin } = value;
    this.#work += sizeOf(value.shape) + (origin.kind === 'node' ? countFlops([value]) : 0);
    if (this.#work > MAXIMUM_COMPUTED)
      throw new AdarandError(
        'model.constants',
        `${this.#file} computes more than ${MAXIMUM_COMPUTED} numbers that do not depend on its images`,
        'Simplify the file (onnxsim folds what is constant), or export the model again.',
      );
    return origin.kind === 'constant'
      ? value
      : constant(tensorFrom(value.dtype, value.shape, at(interpret([value]), 0)));
  }
}

/** Integer arithmetic over shapes truncates, as ONNX's does. */
export function tensorFrom(dtype: Tensor['dtype'], shape: Shape, data: Iterable<number>): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(data, toInt64) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'int8':
      return { dtype, shape, data: Int8Array.from(data) };
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
