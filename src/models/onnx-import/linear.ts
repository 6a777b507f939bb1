import { add } from '../../graph/operators/add.js';
import { logSoftmax } from '../../graph/operators/log-softmax.js';
import { matmul } from '../../graph/operators/matmul.js';
import { mul } from '../../graph/operators/mul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { softmax } from '../../graph/operators/softmax.js';
import { transpose } from '../../graph/operators/transpose.js';
import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { type Builder, layer, weightless } from './builder.js';
import type { NodeReader } from './node-reader.js';

export const linear = {
  Gemm: layer(['weight', 'weight', 'bias'], (node) => {
    const product = matmul(node.value(0), node.value(1), {
      transposeA: node.int('transA', 0) === 1,
      transposeB: node.int('transB', 0) === 1,
      alpha: node.float('alpha', 1),
    });
    const bias = node.optionalOnto(2, 'bias', product.shape);
    const beta = node.float('beta', 1);
    if (bias === undefined) return product;
    return add(product, beta === 1 ? bias : mul(bias, beta));
  }),
  MatMul: layer(['weight', 'weight'], (node) => matmul(node.value(0), node.value(1))),
  FusedMatMul: layer(['weight', 'weight'], (node) =>
    matmul(node.value(0), node.value(1), {
      transposeA: node.int('transA', 0) === 1,
      transposeB: node.int('transB', 0) === 1,
      alpha: node.float('alpha', 1),
    }),
  ),
  Softmax: weightless((node) => alongAxis(node, softmax)),
  LogSoftmax: weightless((node) => alongAxis(node, logSoftmax)),
} satisfies Readonly<Record<string, Builder>>;

/**
 * Applies what works over the last axis along another. Up to operator set 12 an axis meant all from it to the end,
 * as one.
 */
function alongAxis(node: NodeReader, operator: (x: Value) => Value): Value {
  const x = node.value(0);
  const { shape } = x;
  const last = shape.length - 1;
  const axis = node.axis(node.int('axis', node.opset < 13 ? 1 : -1), shape.length);
  if (axis === last) return operator(x);
  if (node.opset < 13) {
    const rows = sizeOf(shape.slice(0, axis));
    return reshape(operator(reshape(x, [rows, sizeOf(shape) / rows])), shape);
  }
  const swap = [...shape.keys()].with(axis, last).with(last, axis);
  return transpose(operator(transpose(x, swap)), swap);
}
