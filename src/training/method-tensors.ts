import { AdarandError } from '../errors.js';
import { firstNotFinite } from '../graph/first-not-finite.js';
import type { DType, Tensor, Tensors, TensorType } from '../graph/tensor.js';
import { sameType } from '../graph/value.js';

/**
 * A tensor of a method's, of the element type that is asked for (float32 unless given).
 *
 * @throws AdarandError `method.no-tensor` with the message, or saying that the type is another one.
 */
export function requireTensor<D extends DType = 'float32'>(
  tensor: Tensor | undefined,
  missing: string,
  dtype?: D,
): Tensor<D> {
  if (tensor === undefined)
    throw new AdarandError(
      'method.no-tensor',
      missing,
      'A tensor is there by the name that `prepare` returned it under, or `state` was called with.',
    );
  if (isOf<D>(tensor, dtype)) return tensor;
  throw new AdarandError(
    'method.no-tensor',
    `a tensor of [${tensor.shape}] is asked for as ${dtype ?? 'float32'}, and is ${tensor.dtype}`,
    `Ask for it as ${tensor.dtype}.`,
  );
}

function isOf<D extends DType>(tensor: Tensor, dtype: DType | undefined): tensor is Tensor & Tensor<D> {
  return tensor.dtype === (dtype ?? 'float32');
}

/** @throws AdarandError `method.tensor` for what is not a tensor of finite numbers. */
export function checkTensors(method: string, part: string, tensors: Tensors): Tensors {
  for (const [name, tensor] of Object.entries(tensors))
    if (!isTensor(tensor) || (tensor.dtype === 'float32' && firstNotFinite(tensor.data) >= 0))
      throw new AdarandError(
        'method.tensor',
        `${method}: ${part} returned something else than a tensor of finite numbers as ${name}`,
        'Return an object of tensors by name, as `float32` and `int32` of adarand/graph make them, without NaN and infinities.',
      );
  return tensors;
}

/**
 * New values for states, by name, each of its state's type.
 *
 * @throws AdarandError `method.tensor`.
 */
export function checkStates(
  method: string,
  next: Tensors,
  current: (name: string) => TensorType | undefined,
): Tensors {
  for (const [name, tensor] of Object.entries(checkTensors(method, 'epochCallback.run', next))) {
    const state = current(name);
    if (state === undefined || !sameType(state, tensor))
      throw new AdarandError(
        'method.tensor',
        `${method}: epochCallback.run returned ${tensor.dtype} [${tensor.shape}] for ${name}, ` +
          (state === undefined
            ? 'which is not one of its states'
            : `a state of ${state.dtype} [${state.shape}]`),
        'Return new values for states that the loss makes, each of its type and shape.',
      );
  }
  return next;
}

/**
 * Positions of source images, one for each image of a batch.
 *
 * @throws AdarandError `method.sample`.
 */
export function checkSample(
  method: string,
  sample: Int32Array,
  wanted: number,
  available: number,
): Int32Array {
  const fits = sample instanceof Int32Array && sample.length === wanted;
  if (fits && sample.every((position) => position >= 0 && position < available)) return sample;
  throw new AdarandError(
    'method.sample',
    `${method}: sourceSampler should return an Int32Array of ${wanted} positions below ${available}`,
    'Return as many positions as `targets` has, each of them below the count of source images.',
  );
}

function isTensor(tensor: unknown): tensor is Tensor {
  if (typeof tensor !== 'object' || tensor === null) return false;
  const { dtype, shape, data }: Partial<Tensor> = tensor;
  return typeof dtype === 'string' && Array.isArray(shape) && ArrayBuffer.isView(data);
}
