import { AdarandError } from '../errors.js';
import type { Value } from './operator.js';
import { isValue, notAnOperand } from './require-values.js';
import type { DType, Tensor } from './tensor.js';
import { constant } from './value.js';

/** What an elementwise operator takes: a value, or a number, which becomes a constant. */
export type Operand = Value | number;

/**
 * Both operands as values: a number becomes a constant of shape [], of the other's element type, and of float32 where
 * both are numbers. `first` is the position that `a` has among the operator's operands.
 */
export function operandPair(operator: string, a: Operand, b: Operand, first = 0): readonly [Value, Value] {
  const dtype = isValue(a) ? a.dtype : isValue(b) ? b.dtype : 'float32';
  return [asValue(operator, first, a, dtype), asValue(operator, first + 1, b, dtype)];
}

function asValue(operator: string, position: number, operand: unknown, dtype: DType): Value {
  if (isValue(operand)) return operand;
  if (typeof operand !== 'number') throw notAnOperand(operator, position, operand, 'a value or a number');
  const tensor = numberAs(operand, dtype);
  if (tensor === undefined)
    throw new AdarandError(
      'graph.operand',
      `${operator}: the number ${operand} is used with a value of ${dtype}, which has no such element`,
      "Cast the value first: cast(x, 'float32').",
    );
  return constant(tensor);
}

/** The number as a tensor of shape []; nothing if the element type does not have it. */
function numberAs(number: number, dtype: DType): Tensor | undefined {
  switch (dtype) {
    case 'float32':
      return { dtype, shape: [], data: Float32Array.of(number) };
    case 'int32': {
      const data = Int32Array.of(number);
      return data[0] === number ? { dtype, shape: [], data } : undefined;
    }
    case 'int64':
      return Number.isSafeInteger(number)
        ? { dtype, shape: [], data: BigInt64Array.of(BigInt(number)) }
        : undefined;
    case 'int8': {
      const data = Int8Array.of(number);
      return data[0] === number ? { dtype, shape: [], data } : undefined;
    }
    case 'uint8': {
      const data = Uint8Array.of(number);
      return data[0] === number ? { dtype, shape: [], data } : undefined;
    }
    case 'bool':
      return undefined;
  }
}
