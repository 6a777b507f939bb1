import { cast } from '../graph/operators/cast.js';
import { conv } from '../graph/operators/conv.js';
import { transpose } from '../graph/operators/transpose.js';
import { float32 } from '../graph/tensor.js';
import { constant, type Value } from '../graph/value.js';
import type { Parameter, Preprocessing } from '../nn/network.js';
import { Random } from '../random.js';

/** State names: a parameter of the backbone is `conv1.weight`, the new head's are these. */
export const HEAD_WEIGHT = 'head.weight';
export const HEAD_BIAS = 'head.bias';

/** The standard deviation of a new head's weights in the AdaRand paper, BSS and Co-Tuning. */
const HEAD_STD = 0.01;

/** Graph inputs that carry a batch. */
export const PIXELS = 'pixels';
export const LABELS = 'labels';
export const ONE_HOT = 'one_hot';

/** The inputs of the source images that go along with a batch: `source_pixels` ... */
export const sourceInput = (name: string): string => `source_${name}`;

/** A new linear head for K classes: weights N(0, 0.01^2), bias 0. */
export function newHead(featureSize: number, classes: number, seed: number): ReadonlyMap<string, Parameter> {
  const random = new Random(seed, 'weights');
  const weight = new Float32Array(classes * featureSize).map(() => HEAD_STD * random.normal());
  return new Map<string, Parameter>([
    [HEAD_WEIGHT, { kind: 'weight', tensor: float32([classes, featureSize], weight) }],
    [HEAD_BIAS, { kind: 'bias', tensor: float32([classes], new Float32Array(classes)) }],
  ]);
}

/**
 * Normalised images [N,3,H,W] from pixels [N,H,W,3], uint8. Transposed while they are bytes; then slope and offset of
 * a channel as a depthwise 1x1 convolution, which is one pass where a product and a sum are two.
 */
export function normalize(pixels: Value, { mean, std }: Preprocessing): Value {
  const slope = constant(
    float32(
      [3, 1, 1, 1],
      std.map((s) => 1 / (255 * s)),
    ),
  );
  const offset = constant(
    float32(
      [3],
      mean.map((m, i) => -m / (std[i] ?? 1)),
    ),
  );
  const images = cast(transpose(pixels, [0, 3, 1, 2]), 'float32');
  return conv(images, slope, offset, { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 3 });
}
