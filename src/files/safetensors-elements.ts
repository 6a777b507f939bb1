import { sizeOf, type Tensor } from '../graph/tensor.js';
import type { Entry } from './safetensors-header.js';

/**
 * The tensor over one entry's elements, little-endian as on every machine that Node's typed arrays run on in
 * practice. `bytes` must own its buffer, from its start: it becomes the tensor's data where no conversion is due.
 */
export function decodeElements({ dtype, shape }: Entry, bytes: Uint8Array): Tensor {
  const { buffer } = bytes;
  switch (dtype) {
    case 'F32':
      return { dtype: 'float32', shape, data: new Float32Array(buffer) };
    case 'I32':
      return { dtype: 'int32', shape, data: new Int32Array(buffer) };
    case 'I64':
      return { dtype: 'int64', shape, data: new BigInt64Array(buffer) };
    case 'I8':
      return { dtype: 'int8', shape, data: new Int8Array(buffer) };
    case 'U8':
      return { dtype: 'uint8', shape, data: bytes };
    case 'BOOL':
      return { dtype: 'bool', shape, data: bytes };
    case 'F64':
      return { dtype: 'float32', shape, data: Float32Array.from(new Float64Array(buffer)) };
    case 'F16':
      return { dtype: 'float32', shape, data: Float32Array.from(new Uint16Array(buffer), halfToNumber) };
    case 'BF16':
      return { dtype: 'float32', shape, data: widenBfloat16(new Uint16Array(buffer), sizeOf(shape)) };
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array, size: number): Float32Array {
  const words = new Uint32Array(size);
  for (let i = 0; i < size; i++) words[i] = (halves[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}
