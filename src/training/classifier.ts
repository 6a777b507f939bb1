import { at } from '../errors.js';
import { add, cast, mul, transpose } from '../graph/ops.js';
import { float32 } from '../graph/tensor.js';
import { constant, type Value } from '../graph/value.js';
import { fuse } from '../lowering/fuse.js';
import type { Network, Parameter, Preprocessing } from '../nn/network.js';
import type { RecordingScope } from '../nn/scope.js';
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

/** Normalised images [N,3,H,W], (pixels / 255 - mean) / std per channel, from pixels [N,H,W,3], uint8. */
export function normalize(pixels: Value, { mean, std }: Preprocessing): Value {
  const images = cast(transpose(pixels, [0, 3, 1, 2]), 'float32');
  const scales = std.map((s) => 1 / (255 * s));
  const offsets = mean.map((m, channel) => -m / at(std, channel));
  return add(mul(images, perChannel(scales)), perChannel(offsets));
}

const perChannel = (numbers: readonly number[]): Value => constant(float32([3, 1, 1], numbers));

/**
 * Features [N,d] of normalised images [N,3,H,W] and the feature maps that the network names on the way, in their fused
 * form. What the scope has recorded is then of that form, too: feature maps and updates of buffers.
 */
export function buildFeatures(network: Network, images: Value, scope: RecordingScope) {
  const plain = network.features(images, scope);
  const maps = [...scope.featureMaps];
  const updates = [...scope.bufferUpdates];
  const fused = fuse([plain, ...maps.map(([, map]) => map), ...updates.map(([, next]) => next)]);
  maps.forEach(([role], i) => {
    scope.featureMap(role, at(fused, 1 + i));
  });
  updates.forEach(([name], i) => {
    scope.updateBuffer(name, at(fused, 1 + maps.length + i));
  });
  return { features: at(fused, 0), featureMaps: scope.featureMaps };
}
