import { nodeOf } from '../src/graph/node-of.js';
import { Conv } from '../src/graph/operators/conv.js';
import { ConvTranspose } from '../src/graph/operators/conv-transpose.js';
import { MatMul } from '../src/graph/operators/matmul.js';
import { lastTwo } from '../src/graph/shapes.js';
import { bytesOf, sizeOf } from '../src/graph/tensor.js';
import { topologicalOrder, type Value } from '../src/graph/value.js';
import { BlockedConv } from '../src/lowering/operators/blocked-conv.js';
import { Gemm } from '../src/lowering/operators/gemm.js';
import { isView, storageOf } from './storage.js';

/** What a node of a lowered graph cannot do without. */
export interface NodeCost {
  /** Two for each multiply-add of a convolution or a product of matrices. */
  readonly flops: number;
  /** Whether these are of a dense convolution in blocks. */
  readonly inBlocks: boolean;
  /** Of its operands and results, each once. */
  readonly bytes: number;
}

/** Of all nodes but those that give a value another shape. */
export function nodeCosts(outputs: readonly Value[]): NodeCost[] {
  return topologicalOrder(outputs).flatMap((node) => {
    const [y] = node.outputs;
    if (y === undefined || isView(y)) return [];
    const touched = new Set([...node.inputs, ...node.outputs].map(storageOf));
    const bytes = [...touched].reduce((sum, value) => sum + bytesOf(value), 0);
    return [{ flops: flopsOf(y), inBlocks: nodeOf(y, BlockedConv)?.attributes.group === 1, bytes }];
  });
}

function flopsOf(y: Value): number {
  const convolution = nodeOf(y, Conv) ?? nodeOf(y, BlockedConv);
  if (convolution !== undefined) {
    const [, w] = convolution.inputs;
    return w === undefined ? 0 : 2 * sizeOf(y.shape) * sizeOf(w.shape.slice(1));
  }
  const transposed = nodeOf(y, ConvTranspose);
  if (transposed !== undefined) {
    const [x, w] = transposed.inputs;
    return 2 * sizeOf(x.shape) * sizeOf(w.shape.slice(1));
  }
  const product = nodeOf(y, MatMul) ?? nodeOf(y, Gemm);
  if (product === undefined) return 0;
  const [rows, columns] = lastTwo(product.inputs[0].shape);
  return 2 * sizeOf(y.shape) * (product.attributes.transposeA ? rows : columns);
}
