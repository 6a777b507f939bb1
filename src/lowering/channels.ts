import { at } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { batchNormalization } from '../graph/operators/batch-norm.js';
import { conv } from '../graph/operators/conv.js';
import { matmul } from '../graph/operators/matmul.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { nchw } from '../graph/shapes.js';
import { scalar, type Value } from '../graph/value.js';
import { mapDots, mapSums } from './blocked-sums.js';
import { pixelsOf, pointwiseGeometry } from './conv-geometry.js';
import { crossovers } from './crossovers.js';
import { blockChannels } from './operators/block-channels.js';
import { blockedConv } from './operators/blocked-conv.js';
import { unblockChannels } from './operators/unblock-channels.js';
import { fillsBlocks, type Target } from './target.js';

const OVER = [0, 2, 3];

/** scale x + offset, per channel: x [N,C,H,W]; scale and offset [C]. */
export function channelAffine(x: Value, scale: Value, offset: Value | undefined, target: Target): Value {
  const [, channels] = nchw(x.shape);
  const { device, channelBlock: block } = target;
  if (fillsBlocks(channels, block)) {
    const operands = { x: blockChannels(x, block), w: reshape(scale, [channels, 1, 1, 1]), bias: offset };
    return unblockChannels(blockedConv(operands, { ...pointwiseGeometry, group: channels, block }), block);
  }
  if (device !== 'cpu' && device !== 'cuda') {
    const scaled = mul(x, column(scale));
    return offset === undefined ? scaled : add(scaled, column(offset));
  }
  // A depthwise 1x1 convolution is one pass over x, and takes a following activation with it.
  if (isLarge(x))
    return conv(x, reshape(scale, [channels, 1, 1, 1]), offset, { ...pointwiseGeometry, group: channels });
  const zero = scalar(0, [channels]);
  const one = scalar(1, [channels]);
  return batchNormalization(x, { scale, bias: offset ?? zero, mean: zero, variance: one }, 0);
}

/** Sums of x [N,C,H,W] per channel: [C]. */
export function channelSum(x: Value, { channelBlock: block }: Target): Value {
  const [, channels] = nchw(x.shape);
  if (fillsBlocks(channels, block)) return mapSums(blockChannels(x, block), block, 'channels');
  return reshape(reduceSum(x, OVER), [at(x.shape, 1)]);
}

/** Sums of x y per channel: [C]. Large maps as products of rows, which never write x y. */
export function channelDot(x: Value, y: Value, target: Target): Value {
  const [batch, channels, height, width] = nchw(x.shape);
  const { device, channelBlock: block } = target;
  if (fillsBlocks(channels, block)) return mapDots(blockChannels(x, block), blockChannels(y, block), block);
  if (device === 'webgpu' || !isLarge(x)) return channelSum(mul(x, y), target);
  const rows = [batch * channels, 1, height * width];
  const dots = matmul(reshape(x, rows), reshape(y, rows), { transposeB: true });
  return reshape(reduceSum(reshape(dots, [batch, channels]), [0]), [channels]);
}

function isLarge({ shape }: Value): boolean {
  return pixelsOf(shape) >= crossovers.rowsOfPixels;
}

/** A per-channel vector [C] as [1,C,1,1]. */
function column(vector: Value): Value {
  return reshape(vector, [1, at(vector.shape, 0), 1, 1]);
}
