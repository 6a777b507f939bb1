import { at } from '../errors.js';
import { nodeOf } from './node-of.js';
import { Conv } from './operators/conv.js';
import { MatMul } from './operators/matmul.js';
import { lastTwo } from './shapes.js';
import { sizeOf } from './tensor.js';
import { topologicalOrder, type Value } from './value.js';

/** Floating-point operations of the convolutions and matrix products that the outputs need: two per multiply-add. */
export function countFlops(outputs: readonly Value[]): number {
  return topologicalOrder(outputs)
    .flatMap((node) => node.outputs)
    .reduce((total, value) => total + 2 * sizeOf(value.shape) * multiplyAdds(value), 0);
}

/** Multiply-adds for one element of a value. */
function multiplyAdds(value: Value): number {
  const convolution = nodeOf(value, Conv);
  if (convolution !== undefined) return sizeOf(at(convolution.inputs, 1).shape.slice(1));
  const product = nodeOf(value, MatMul);
  if (product === undefined) return 0;
  const [rows, columns] = lastTwo(product.inputs[0].shape);
  return product.attributes.transposeA ? rows : columns;
}
