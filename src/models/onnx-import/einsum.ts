import { at } from '../../errors.js';
import { matmul } from '../../graph/operators/matmul.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { reshape } from '../../graph/operators/reshape.js';
import { transpose } from '../../graph/operators/transpose.js';
import { type Shape, sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { type Builder, layer } from './builder.js';
import type { NodeReader } from './node-reader.js';

export const einsum = { Einsum: layer(['weight', 'weight'], summed) } satisfies Readonly<
  Record<string, Builder>
>;

/** A value whose axes have letters. */
interface Lettered {
  readonly value: Value;
  readonly letters: readonly string[];
}

/** One operand, or two: then their product, by one product of matrices for each element of the axes that they share. */
function summed(node: NodeReader): Value {
  const equation = node.text('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  const known = /^[A-Za-z]+(,[A-Za-z]+)?->[A-Za-z]*$/.test(equation);
  if (!known || terms.some((letters) => new Set(letters).size < letters.length))
    throw node.unsupported(`computes "${equation}"`);
  const output = [...(right ?? '')];
  const operands = terms.map((letters, i) => lettered(node, i, [...letters]));
  const [a, b] = operands;
  if (a === undefined || operands.length !== node.node.inputs.length)
    throw node.invalid(`has ${node.node.inputs.length} inputs for "${equation}"`);
  if (output.some((letter) => !left.includes(letter))) throw node.invalid(`computes "${equation}"`);
  if (b === undefined) return inOrder(without(a, output), output);
  return inOrder(
    product(without(a, [...output, ...b.letters]), without(b, [...output, ...a.letters]), output, node),
    output,
  );
}

function lettered(node: NodeReader, i: number, letters: readonly string[]): Lettered {
  const value = node.value(i);
  node.requireFloats(value, 'operand', `for "${letters.join('')}"`);
  if (value.shape.length !== letters.length)
    throw node.invalid(`calls the axes of [${value.shape}] "${letters.join('')}"`);
  return { value, letters };
}

/** The sum over the axes that nothing else has. */
function without({ value, letters }: Lettered, others: readonly string[]): Lettered {
  const gone = [...letters.keys()].filter((axis) => !others.includes(at(letters, axis)));
  if (gone.length === 0) return { value, letters };
  const kept = [...letters.keys()].filter((axis) => !gone.includes(axis));
  const sum = reduceSum(value, gone);
  return {
    value: reshape(
      sum,
      kept.map((axis) => at(value.shape, axis)),
    ),
    letters: kept.map((axis) => at(letters, axis)),
  };
}

function product(a: Lettered, b: Lettered, output: readonly string[], node: NodeReader): Lettered {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  for (const letter of shared)
    if (sizeIn(a, letter) !== sizeIn(b, letter))
      throw node.invalid(`has axes "${letter}" of ${sizeIn(a, letter)} and ${sizeIn(b, letter)}`);
  const each = shared.filter((letter) => output.includes(letter));
  const inner = shared.filter((letter) => !output.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const sizes = (one: Lettered, letters: readonly string[]): Shape => letters.map((l) => sizeIn(one, l));
  const [batch, m, k, n] = [sizes(a, each), sizes(a, rows), sizes(a, inner), sizes(b, columns)];
  const left = reshape(inOrder(a, [...each, ...rows, ...inner]), [...batch, sizeOf(m), sizeOf(k)]);
  const right = reshape(inOrder(b, [...each, ...inner, ...columns]), [...batch, sizeOf(k), sizeOf(n)]);
  return {
    value: reshape(matmul(left, right), [...batch, ...m, ...n]),
    letters: [...each, ...rows, ...columns],
  };
}

function sizeIn({ value, letters }: Lettered, letter: string): number {
  return at(value.shape, letters.indexOf(letter));
}

function inOrder({ value, letters }: Lettered, order: readonly string[]): Value {
  const axes = order.map((letter) => letters.indexOf(letter));
  return axes.every((axis, i) => axis === i) ? value : transpose(value, axes);
}
