import { at } from '../../errors.js';
import { convTranspose } from '../../graph/operators/conv-transpose.js';
import { reshape } from '../../graph/operators/reshape.js';
import { transpose } from '../../graph/operators/transpose.js';
import { float32, sizeOf } from '../../graph/tensor.js';
import { constant, input, type Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';
import { MAXIMUM_MADE } from './constants.js';
import { windowOf } from './convolution.js';
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

/** Columns [N,C kh kw,L] as blocks of maps; where blocks overlap, they are added. */
function placed(node: NodeReader): Value {
  const x = node.value(0);
  const size = node.numbers(1);
  const block = node.numbers(2);
  if (x.shape.length !== 3 || size.length !== 2)
    throw node.unsupported(`makes maps of [${size}] of [${x.shape}]`);
  const [images, height, width] = [at(x.shape, 0), at(size, 0), at(size, 1)];
  const channels = at(x.shape, 1) / sizeOf(block);
  const maps = input('maps', { dtype: 'float32', shape: [images, channels, height, width] });
  const { strides, pads, dilations } = windowOf(node, maps, block);
  const counts = size.map((side, i) => {
    const span = (at(block, i) - 1) * at(dilations, i) + 1;
    return Math.floor((side + at(pads, i) + at(pads, i + 2) - span) / at(strides, i)) + 1;
  });
  if (!Number.isInteger(channels) || counts.some((n) => n < 1) || sizeOf(counts) !== x.shape[2])
    throw node.invalid(`makes maps of [${size}] of [${x.shape}]`);
  const isTiling =
    strides.join() === block.join() && pads.every((n) => n === 0) && dilations.every((n) => n === 1);
  if (isTiling && size.every((side, i) => side === at(counts, i) * at(block, i))) {
    const split = reshape(x, [images, channels, ...block, ...counts]);
    return reshape(transpose(split, [0, 1, 4, 2, 5, 3]), maps.shape);
  }
  const columns = reshape(x, [images, at(x.shape, 1), ...counts]);
  return convTranspose(columns, onePlaceEach(channels, block, node), size, {
    strides,
    pads,
    dilations,
    group: channels,
  });
}

/** Kernels [C kh kw,1,kh,kw], the i-th of each C with a 1 in its i-th place. */
function onePlaceEach(channels: number, block: readonly number[], node: NodeReader): Value {
  const places = sizeOf(block);
  const shape = [channels * places, 1, ...block];
  if (sizeOf(shape) > MAXIMUM_MADE) throw node.invalid(`makes kernels of [${shape}]`);
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < channels * places; i++) data[i * places + (i % places)] = 1;
  return constant(float32(shape, data));
}
