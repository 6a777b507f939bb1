import { at } from '../../errors.js';
import { nodeOf } from '../../graph/node-of.js';
import { Add, add } from '../../graph/operators/add.js';
import { LayerNormalization } from '../../graph/operators/layer-normalization.js';
import { MatMul, matmul } from '../../graph/operators/matmul.js';
import { Mul, mul } from '../../graph/operators/mul.js';
import { Reshape, reshape } from '../../graph/operators/reshape.js';
import { sameShape } from '../../graph/tensor.js';
import type { Node, Value } from '../../graph/value.js';
import type { ReadersOf } from '../readers.js';
import type { Fusion } from './fusion.js';

/**
 * A norm's scale gamma and offset beta [in] go into the linear layer that reads it:
 *
 *     (xhat gamma + beta) W^T + b = xhat (W gamma)^T + (b + W beta),
 *
 * which saves two passes over x in each direction. Also for matrices that are stored the other way round, as V = W^T.
 */
export const normIntoLinear: Fusion = (node, inputs, readersOf) => {
  const before = linearOfNorm(node.operator.name, node.inputs);
  const layer = linearOfNorm(node.operator.name, inputs);
  if (before === undefined || layer === undefined || !feedsOnlyLinear(before.norm, before.norm, readersOf))
    return undefined;
  const { xhat, gamma, beta, rows, matrix, transposeB, bias } = layer;
  const width = at(gamma.shape, 0);
  const [scaled, shift] = transposeB
    ? [mul(matrix, gamma), matmul(matrix, reshape(beta, [width, 1]))]
    : [mul(matrix, reshape(gamma, [width, 1])), matmul(reshape(beta, [1, width]), matrix)];
  const product = matmul(reshape(xhat, rows), scaled, { transposeB });
  return [add(product, add(bias, reshape(shift, bias.shape)))];
};

interface LinearOfNorm {
  /** xhat gamma + beta */
  readonly norm: Value;
  readonly xhat: Value;
  readonly gamma: Value;
  readonly beta: Value;
  /** The shape under which the product reads the norm. */
  readonly rows: readonly number[];
  readonly matrix: Value;
  readonly transposeB: boolean;
  readonly bias: Value;
}

/** The parts of a sum that is a linear layer over a norm's result. */
function linearOfNorm(operator: string, [a, b]: readonly Value[]): LinearOfNorm | undefined {
  if (operator !== Add.name || a === undefined || b === undefined) return undefined;
  return linearOf(a, b) ?? linearOf(b, a);
}

function linearOf(sum: Value, bias: Value): LinearOfNorm | undefined {
  const product = nodeOf(sum, MatMul);
  if (product === undefined || bias.shape.length !== 1 || bias.shape[0] !== sum.shape.at(-1))
    return undefined;
  const { transposeA, transposeB, alpha } = product.attributes;
  const [operand, matrix] = product.inputs;
  if (transposeA || alpha !== 1 || matrix.shape.length !== 2) return undefined;
  const [norm] = nodeOf(operand, Reshape)?.inputs ?? [operand];
  const parts = partsOfNorm(norm);
  if (parts === undefined || norm.shape.at(-1) !== operand.shape.at(-1)) return undefined;
  return { norm, ...parts, rows: operand.shape, matrix, transposeB, bias };
}

function partsOfNorm(norm: Value): Pick<LinearOfNorm, 'xhat' | 'gamma' | 'beta'> | undefined {
  const [scaled, beta] = nodeOf(norm, Add)?.inputs ?? [];
  const [xhat, gamma] = (scaled && nodeOf(scaled, Mul)?.inputs) ?? [];
  if (xhat === undefined || gamma === undefined || beta === undefined) return undefined;
  const width = xhat.shape.slice(-1);
  const fits =
    nodeOf(xhat, LayerNormalization) && sameShape(gamma.shape, width) && sameShape(beta.shape, width);
  return fits ? { xhat, gamma, beta } : undefined;
}

/** Whether all that a norm's result is read for, as `value` or under another shape, are linear layers. */
function feedsOnlyLinear(norm: Value, value: Value, readersOf: ReadersOf): boolean {
  const isLinear = (reader: Node | 'output') =>
    reader !== 'output' && linearOfNorm(reader.operator.name, reader.inputs)?.norm === norm;
  return readersOf(value).every((reader) => {
    if (reader === 'output') return false;
    const result = at(reader.outputs, 0);
    if (reader.operator.name === Reshape.name) return feedsOnlyLinear(norm, result, readersOf);
    return reader.operator.name === MatMul.name && readersOf(result).every(isLinear);
  });
}
