import { AdarandError } from '../errors.js';
import type { DType, TensorType } from './tensor.js';

/** Element types that gradients exist for. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32';
}

export function requireFloat(operator: string, name: string, { dtype }: TensorType): void {
  if (!isFloat(dtype)) throw wrongType(operator, name, dtype, 'float32', "cast(x, 'float32') makes it so.");
}

export function requireFloats(operator: string, types: Readonly<Record<string, TensorType>>): void {
  for (const [name, type] of Object.entries(types)) requireFloat(operator, name, type);
}

export function requireNumbers(operator: string, name: string, { dtype }: TensorType): void {
  if (dtype === 'bool')
    throw wrongType(operator, name, dtype, 'a number type', "cast(x, 'float32') makes it so.");
}

/** What indexes: ONNX allows both signed integer types. */
export function requireIndices(operator: string, name: string, { dtype }: TensorType): void {
  if (dtype !== 'int32' && dtype !== 'int64')
    throw wrongType(operator, name, dtype, 'int32 or int64', "cast(x, 'int32') makes it so.");
}

export function requireBools(operator: string, name: string, { dtype }: TensorType): void {
  if (dtype !== 'bool')
    throw wrongType(operator, name, dtype, 'bool', 'Comparisons make bools: greater(x, 0), equal(x, 1).');
}

export function requireSameDType(operator: string, types: readonly TensorType[]): void {
  const [first, ...rest] = types;
  const other = rest.find(({ dtype }) => dtype !== first?.dtype);
  if (first !== undefined && other !== undefined)
    throw new AdarandError(
      'graph.dtype',
      `${operator}: its operands are of ${first.dtype} and ${other.dtype}`,
      `Cast one of them: cast(x, '${first.dtype}').`,
    );
}

function wrongType(operator: string, name: string, is: DType, expected: string, hint: string): AdarandError {
  return new AdarandError('graph.dtype', `${operator}: ${name} is of ${is}, not of ${expected}`, hint);
}
