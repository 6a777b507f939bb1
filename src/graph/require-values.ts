import { AdarandError } from '../errors.js';
import type { Value } from './operator.js';

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];

/**
 * Refuses what is no value, in the words of who wrote `matmul(x, 3)`. Whatever the types say: your own method
 * may be plain JavaScript, and what it destructures may be missing. Every operator function passes here, with
 * `apply`, or before it reads an operand's shape.
 */
export function requireValues(operator: string, operands: readonly unknown[]): void {
  operands.forEach((operand, i) => {
    if (!isValue(operand)) throw notAnOperand(operator, i, operand, 'a value');
  });
}

/** The same for an operator whose operands are one array. */
export function requireValueList(operator: string, operands: unknown): void {
  if (!Array.isArray(operands)) throw notAnOperand(operator, 0, operands, 'an array of values');
  requireValues(operator, operands);
}

export function isValue(operand: unknown): operand is Value {
  return typeof operand === 'object' && operand !== null && 'origin' in operand && 'shape' in operand;
}

/** `position` counts from 0; `wanted` says what would be right. */
export function notAnOperand(
  operator: string,
  position: number,
  operand: unknown,
  wanted: string,
): AdarandError {
  const which = ordinals[position] ?? `${position + 1}th`;
  return new AdarandError(
    'graph.operand',
    `${operator}: its ${which} operand is ${described(operand)}, not ${wanted}`,
    hintFor(operand),
  );
}

function described(operand: unknown): string {
  if (operand === undefined || operand === null) return String(operand);
  if (typeof operand === 'number') return `the number ${operand}`;
  if (typeof operand === 'string') return `the text ${JSON.stringify(operand)}`;
  if (typeof operand !== 'object') return `a ${typeof operand}`;
  if (isValue(operand)) return 'a value';
  if (isTensor(operand)) return 'a tensor';
  if (Array.isArray(operand)) return 'an array';
  return ArrayBuffer.isView(operand) ? `a ${operand.constructor.name}` : 'an object';
}

function hintFor(operand: unknown): string {
  if (typeof operand === 'number') return 'constant(float32([], [x])) makes a value of a number x.';
  if (typeof operand === 'object' && operand !== null) {
    if (isTensor(operand)) return 'constant(tensor) makes a value of a tensor.';
    if (Array.isArray(operand) || ArrayBuffer.isView(operand))
      return 'constant(float32(shape, numbers)) makes a value of an array of numbers.';
  }
  return "Values are a method's inputs, its states, constants, and what operators return.";
}

function isTensor(operand: object): boolean {
  return 'data' in operand && 'shape' in operand && 'dtype' in operand;
}
