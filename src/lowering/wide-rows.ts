import { at } from '../errors.js';
import { nodeOf } from '../graph/node-of.js';
import { MatMul } from '../graph/operators/matmul.js';
import { Reshape, reshape } from '../graph/operators/reshape.js';
import { sameShape, sizeOf } from '../graph/tensor.js';
import { apply, isConstantOf, type Node, topologicalOrder, type Value } from '../graph/value.js';
import { blockDenseKernels } from './blocked-kernels.js';
import { mapSums } from './blocked-sums.js';
import { pointwiseGeometry } from './conv-geometry.js';
import { crossovers } from './crossovers.js';
import { blockChannels } from './operators/block-channels.js';
import { blockPixels } from './operators/block-pixels.js';
import { blockedConv } from './operators/blocked-conv.js';
import { Gemm } from './operators/gemm.js';
import { unblockChannels } from './operators/unblock-channels.js';
import { unblockPixels } from './operators/unblock-pixels.js';
import { type ReadersOf, readersOf } from './readers.js';
import { areaOf, RowsInBlocks } from './rows-in-blocks.js';
import { fillsBlocks } from './target.js';

/**
 * Rows that a linear layer makes several times as wide, and another one narrow again, as the layers of a transformer's blocks
 * do, lie in blocks of channels in between: as a map [1,K,h,w] of P = h w rows [P,K]. The runtime's pointwise convolutions of such
 * maps are up to half again as fast as its products of matrices, which first lay out one operand, and have a bias for nothing.
 * What is elementwise stays in blocks. With y = x W^T, of narrow rows n [P,C] and wide ones v [P,K],
 *
 *     n W^T is a convolution of n's map with the kernels W [K,C], and v V^T one of v's with V [C,K];
 *     v^T n is one of the map [1,P,C] that the rows n are, its rows as channels, with v's map in blocks as the kernels [K,P]:
 *     these lie in memory as the map does.
 *
 * Only the narrow rows change their layout.
 */
export function wideRows(outputs: readonly Value[], block: number): Value[] {
  const readers = readersOf(outputs);
  const rows = new RowsInBlocks(block);
  for (const node of topologicalOrder(outputs)) {
    const [output] = node.outputs;
    if (output === undefined || node.outputs.length > 1 || !becomesWide(node, output, rows, readers))
      rows.rebuild(node);
  }
  return outputs.map((value) => rows.plain(value));
}

/** Whether a node's result was found in another form: `rows` has it then. */
function becomesWide(node: Node, output: Value, rows: RowsInBlocks, readers: ReadersOf): boolean {
  const [input] = node.inputs;
  if (nodeOf(output, Reshape) !== undefined) {
    const map = input && rows.wide(input);
    if (map === undefined || output.shape.at(-1) !== at(map.shape, 1)) return false;
    rows.setWide(output, map);
    return true;
  }
  if (node.operator.elementwise) return setElementwise(node, output, rows);
  const product = productOf(output);
  if (product === undefined || input === undefined) return false;
  return (
    setKernelGradient(product, output, rows) ||
    setColumnSums(product, output, rows) ||
    setLayer(product, output, rows, readers)
  );
}

/** Of wide rows, all of one shape, and single numbers. */
function setElementwise({ operator, inputs, attributes }: Node, output: Value, rows: RowsInBlocks): boolean {
  const maps = inputs.map((value) => rows.wide(value));
  const fits = inputs.every((value, i) =>
    maps[i] === undefined ? sizeOf(value.shape) === 1 : sameShape(value.shape, output.shape),
  );
  if (!fits || maps.every((map) => map === undefined)) return false;
  const operands = inputs.map((value, i) => maps[i] ?? rows.plain(value));
  rows.setWide(output, at(apply(operator, operands, attributes), 0));
  return true;
}

interface Product {
  readonly a: Value;
  readonly b: Value;
  readonly bias: Value | undefined;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A product of two matrices, with a row that is added. */
function productOf(output: Value): Product | undefined {
  const gemm = nodeOf(output, Gemm);
  if (gemm !== undefined) {
    const [a, b, bias] = gemm.inputs;
    return { a, b, bias, ...gemm.attributes };
  }
  const product = nodeOf(output, MatMul);
  if (product === undefined || product.attributes.alpha !== 1 || output.shape.length !== 2) return undefined;
  const [a, b] = product.inputs;
  if (a.shape.length !== 2 || b.shape.length !== 2) return undefined;
  return { a, b, bias: undefined, ...product.attributes };
}

/** A linear layer from narrow rows to wide ones, or back. */
function setLayer(
  { a, b, bias, transposeA, transposeB }: Product,
  output: Value,
  rows: RowsInBlocks,
  readers: ReadersOf,
): boolean {
  const [count, channels] = [at(a.shape, 0), at(a.shape, 1)];
  const filters = at(output.shape, 1);
  const fills = fillsBlocks(channels, rows.block) && fillsBlocks(filters, rows.block);
  if (transposeA || !fills || count < crossovers.wideRows) return false;
  const map = rows.wide(a);
  if (filters >= WIDE * channels) {
    if (!staysWide(output, readers, rows.block)) return false;
  } else if (map === undefined || channels < WIDE * filters) return false;
  const w = rows.plain(b);
  const kernels = transposeB
    ? blockDenseKernels(reshape(w, [filters, channels, 1, 1]), rows.block)
    : // Its rows are the channels' numbers for all filters: in blocks of filters they lie as kernels do.
      reshape(blockPixels(reshape(w, [1, 1, channels, filters]), rows.block), [filters, channels, 1, 1]);
  const operands = { x: map ?? rows.inBlocks(a), w: kernels, bias: bias && rows.plain(bias) };
  rows.setWide(output, blockedConv(operands, { ...pointwiseGeometry, group: 1, block: rows.block }));
  return true;
}

/** v^T n or n^T v, of wide rows v and narrow ones n. */
function setKernelGradient(
  { a, b, bias, transposeA, transposeB }: Product,
  output: Value,
  rows: RowsInBlocks,
): boolean {
  if (!transposeA || transposeB || bias !== undefined) return false;
  const isFirstWide = at(a.shape, 1) > at(b.shape, 1);
  const [narrow, map] = isFirstWide ? [b, rows.wide(a)] : [a, rows.wide(b)];
  const [count, channels] = [at(narrow.shape, 0), at(narrow.shape, 1)];
  if (map === undefined || !fillsBlocks(count, rows.block) || at(map.shape, 1) < WIDE * channels)
    return false;
  const kernels = reshape(map, [at(map.shape, 1), count, 1, 1]);
  const x = blockChannels(reshape(rows.plain(narrow), [1, count, ...areaOf(channels)]), rows.block);
  const products = blockedConv({ x, w: kernels }, { ...pointwiseGeometry, group: 1, block: rows.block });
  const laid = isFirstWide ? unblockChannels(products, rows.block) : unblockPixels(products, rows.block);
  rows.setPlain(output, reshape(laid, output.shape));
  return true;
}

/** A product of a row of ones with wide rows. */
function setColumnSums(
  { a, b, bias, transposeA, transposeB }: Product,
  output: Value,
  rows: RowsInBlocks,
): boolean {
  const wide = rows.wide(b);
  if (transposeA || transposeB || bias !== undefined || wide === undefined) return false;
  if (a.shape[0] !== 1 || !isConstantOf(a, 1)) return false;
  rows.setPlain(output, reshape(mapSums(wide, rows.block, 'channels'), output.shape));
  return true;
}

/** Whether all that reads rows does so in blocks, too: what is elementwise, and products, of whole blocks of rows where these are summed. */
function staysWide(value: Value, readersOf: ReadersOf, block: number): boolean {
  const count = sizeOf(value.shape.slice(0, -1));
  return readersOf(value).every((reader) => {
    if (reader === 'output') return false;
    const result = at(reader.outputs, 0);
    if (nodeOf(result, Reshape) !== undefined)
      return result.shape.at(-1) === value.shape.at(-1) && staysWide(result, readersOf, block);
    if (reader.operator.elementwise)
      return sameShape(result.shape, value.shape) && staysWide(result, readersOf, block);
    const product = productOf(result);
    return product !== undefined && (!product.transposeA || fillsBlocks(count, block));
  });
}

/** How many times as many channels wide rows have. */
const WIDE = 2;
