import { at } from '../../errors.js';
import { reshape } from '../../graph/operators/reshape.js';
import { transpose } from '../../graph/operators/transpose.js';
import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';
import type { NodeReader } from './node-reader.js';

/** Operators that move elements between channels and places. */
export const blocks = {
  Col2Im: weightless(placed),
  DepthToSpace: weightless((node) => {
    const { x, images, channels, height, width, block } = blocksOf(node);
    const depth = channels / block ** 2;
    if (!Number.isInteger(depth)) throw node.invalid(`makes blocks of ${block} of ${channels} channels`);
    const inRows = node.text('mode', 'DCR') === 'CRD';
    const split = inRows
      ? [images, depth, block, block, height, width]
      : [images, block, block, depth, height, width];
    const order = inRows ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
    return reshape(transpose(reshape(x, split), order), [images, depth, height * block, width * block]);
  }),
  SpaceToDepth: weightless((node) => {
    const { x, images, channels, height, width, block } = blocksOf(node);
    const [rows, columns] = [height / block, width / block];
    if (!Number.isInteger(rows) || !Number.isInteger(columns))
      throw node.invalid(`cuts [${x.shape}] into blocks of ${block}`);
    const split = reshape(x, [images, channels, rows, block, columns, block]);
    const order = node.text('mode', 'DCR') === 'CRD' ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
    return reshape(transpose(split, order), [images, channels * block ** 2, rows, columns]);
  }),
} satisfies Readonly<Record<string, Builder>>;

function blocksOf(node: NodeReader) {
  const x = node.value(0);
  const block = node.int('blocksize', 0);
  if (x.shape.length !== 4 || !(block >= 1)) throw node.invalid(`has blocks of ${block} in [${x.shape}]`);
  const [images, channels, height, width] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  return { x, images, channels, height, width, block };
}

/** Columns [N,C kh kw,L] as blocks of maps, side by side. */
function placed(node: NodeReader): Value {
  const x = node.value(0);
  const [height = 0, width = 0] = node.numbers(1);
  const block = node.numbers(2);
  const [tall = 0, wide = 0] = block;
  const strides = node.ints('strides') ?? [1, 1];
  const isTiling =
    block.length === 2 &&
    strides.join() === block.join() &&
    (node.ints('pads') ?? []).every((pad) => pad === 0) &&
    (node.ints('dilations') ?? []).every((dilation) => dilation === 1);
  if (!isTiling || x.shape.length !== 3) throw node.unsupported('adds blocks that overlap');
  const [rows, columns] = [height / tall, width / wide];
  const [images, channels] = [at(x.shape, 0), at(x.shape, 1) / sizeOf(block)];
  if (![rows, columns, channels].every(Number.isInteger) || rows * columns !== x.shape[2])
    throw node.invalid(`makes maps of [${height},${width}] of [${x.shape}]`);
  const split = reshape(x, [images, channels, tall, wide, rows, columns]);
  return reshape(transpose(split, [0, 1, 4, 2, 5, 3]), [images, channels, height, width]);
}
