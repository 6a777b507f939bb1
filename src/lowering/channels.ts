import { add } from '../graph/operators/add.js';
import { batchNormalization } from '../graph/operators/batch-norm.js';
import { conv } from '../graph/operators/conv.js';
import { matmul } from '../graph/operators/matmul.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { scalar, type Value } from '../graph/value.js';
import type { Target } from './target.js';

/** Maps of at least this many pixels run fastest as rows of pixels, smaller ones elementwise. Measured on CPU. */
const LARGE_MAP = 400;

const OVER = [0, 2, 3];

/** slope x + offset, per channel: x [N,C,H,W]; slope and offset [C]. */
export function channelAffine(x: Value, slope: Value, offset: Value | undefined, { device }: Target): Value {
  const [, channels = 1] = x.shape;
  if (device !== 'cpu' && device !== 'cuda') {
    const scaled = mul(x, column(slope));
    return offset === undefined ? scaled : add(scaled, column(offset));
  }
  // A depthwise 1x1 convolution is one pass over x, and takes a following activation with it.
  if (isLarge(x)) {
    const attributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: channels };
    return conv(x, reshape(slope, [channels, 1, 1, 1]), offset, attributes);
  }
  const zero = scalar(0, [channels]);
  const one = scalar(1, [channels]);
  return batchNormalization(x, { scale: slope, bias: offset ?? zero, mean: zero, variance: one }, 0);
}

/** Sums of x [N,C,H,W] per channel: [C]. */
export function channelSum(x: Value): Value {
  return reshape(reduceSum(x, OVER), [x.shape[1] ?? 1]);
}

/** Sums of x y per channel: [C]. Large maps as products of rows, which never write x y. */
export function channelDot(x: Value, y: Value, { device }: Target): Value {
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  if (device === 'webgpu' || !isLarge(x)) return channelSum(mul(x, y));
  const rows = [batch * channels, 1, height * width];
  const dots = matmul(reshape(x, rows), reshape(y, rows), { transposeB: true });
  return reshape(reduceSum(reshape(dots, [batch, channels]), [0]), [channels]);
}

function isLarge({ shape }: Value): boolean {
  return (shape[2] ?? 1) * (shape[3] ?? 1) >= LARGE_MAP;
}

/** A per-channel vector [C] as [1,C,1,1]. */
function column(vector: Value): Value {
  return reshape(vector, [1, vector.shape[0] ?? 1, 1, 1]);
}
