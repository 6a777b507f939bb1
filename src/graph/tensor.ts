import { AdarandError, invariant } from '../errors.js';

/** Element types that a graph's values may have; the names are ONNX's own, spelled out. */
export type DType = 'float32' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bool';

/** Sizes of the axes, the outermost first; a scalar has none: []. */
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

interface ElementArrays {
  readonly float32: Float32Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly bool: Uint8Array;
}

/** A typed array with its shape, row-major. `data` is what ONNX Runtime reads and writes, without a copy. */
export type Tensor<D extends DType = DType> = {
  [K in D]: { readonly dtype: K; readonly shape: Shape; readonly data: ElementArrays[K] };
}[D];

const elementBytes: Readonly<Record<DType, number>> = {
  float32: 4,
  int8: 1,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** Number of elements; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

export function bytesOf(type: TensorType): number {
  return sizeOf(type.shape) * elementBytes[type.dtype];
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** Whether all elements of a tensor are this number. */
export function isFilled({ data }: Tensor, element: number): boolean {
  return data.every((each) => Number(each) === element);
}

/** Tensors by name, of any element type: indices are integers. */
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * A float32 tensor over the given numbers (copied unless already a Float32Array).
 *
 * @throws AdarandError `graph.shape` where they are not as many as the shape has.
 */
export function float32(shape: Shape, data: Float32Array | readonly number[]): Tensor<'float32'> {
  const array = data instanceof Float32Array ? data : Float32Array.from(data);
  requireLength('float32', shape, array);
  return { dtype: 'float32', shape, data: array };
}

/** A tensor of floats from results by name, which is known to be there. */
export function floatsOf(results: ReadonlyMap<string, Tensor>, name: string): Tensor<'float32'> {
  const tensor = results.get(name);
  invariant(tensor?.dtype === 'float32', `no result ${name} of float32`);
  return tensor;
}

/**
 * An int32 tensor over the given integers (copied unless already an Int32Array).
 *
 * @throws AdarandError `graph.shape` where they are not as many as the shape has.
 */
export function int32(shape: Shape, data: Int32Array | readonly number[]): Tensor<'int32'> {
  const array = data instanceof Int32Array ? data : Int32Array.from(data);
  requireLength('int32', shape, array);
  return { dtype: 'int32', shape, data: array };
}

function requireLength(name: string, shape: Shape, { length }: { readonly length: number }): void {
  if (length !== sizeOf(shape))
    throw new AdarandError(
      'graph.shape',
      `${name}: ${length} numbers for the shape [${shape}], which has ${sizeOf(shape)}`,
      'Give as many numbers as the product of the sizes; a scalar has the shape [].',
    );
}

/** A tensor of zeros of the given type. */
export function zeros<D extends DType>(dtype: D, shape: Shape): Tensor<D>;
export function zeros(dtype: DType, shape: Shape): Tensor {
  const size = sizeOf(shape);
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: new Float32Array(size) };
    case 'int8':
      return { dtype, shape, data: new Int8Array(size) };
    case 'uint8':
    case 'bool':
      return { dtype, shape, data: new Uint8Array(size) };
    case 'int32':
      return { dtype, shape, data: new Int32Array(size) };
    case 'int64':
      return { dtype, shape, data: new BigInt64Array(size) };
  }
}

/**
 * `at` for the elements that reference evaluators read: of one type only, so that a compiled loop pays nothing for the
 * check.
 */
export function elementAt(data: Float64Array, index: number): number {
  const element = data[index];
  if (element === undefined) throw new Error(`invariant violated: element ${index} of ${data.length}`);
  return element;
}
