import { at } from '../errors.js';
import {
  add,
  batchNormalization,
  batchNormTraining,
  conv as convolve,
  layerNormalization,
  mul,
  reduceMean,
  reshape,
  sizeOf,
  transpose,
  type Value,
} from '../graph/ops.js';
import * as F from './functional.js';
import type { Scope } from './network.js';
import { samePadding } from './padding.js';

export interface ConvOptions {
  readonly stride?: number;
  readonly groups?: number;
  /** Half the kernel on every side (rounded down) unless TensorFlow's SAME, or none, is asked for. */
  readonly padding?: 'symmetric' | 'same' | 'none';
  /** Whether there is a bias `name.bias` [K]. Default false. */
  readonly bias?: boolean;
}

/** Square convolution of x [N,C,H,W], with weight `name.weight` [K,C/groups,k,k]. */
export function conv(scope: Scope, x: Value, name: string, options: ConvOptions = {}): Value {
  const { stride = 1, groups = 1, padding = 'symmetric', bias = false } = options;
  const weight = scope.parameter(`${name}.weight`);
  const [top, bottom] = sides(at(x.shape, 2));
  const [left, right] = sides(at(x.shape, 3));
  function sides(size: number): readonly [number, number] {
    const kernel = at(weight.shape, 2);
    const half = padding === 'none' ? 0 : Math.floor(kernel / 2);
    return padding === 'same' ? samePadding(size, kernel, stride) : [half, half];
  }
  return convolve(x, weight, bias ? scope.parameter(`${name}.bias`) : undefined, {
    strides: [stride, stride],
    pads: [top, left, bottom, right],
    dilations: [1, 1],
    group: groups,
  });
}

/** The tensors of a BatchNorm, by name; all [C]. */
export interface BatchNormNames {
  readonly scale: string;
  readonly bias: string;
  readonly mean: string;
  readonly variance: string;
}

export interface BatchNormOptions {
  /** Default 1e-5. */
  readonly epsilon?: number;
  /** The share of the batch's statistics in the next running ones. Default 0.1. */
  readonly momentum?: number;
}

/** BatchNorm over x [N,C,H,W] with torch's tensor names. */
export function batchNorm(scope: Scope, x: Value, name: string, options: BatchNormOptions = {}): Value {
  const names = {
    scale: `${name}.weight`,
    bias: `${name}.bias`,
    mean: `${name}.running_mean`,
    variance: `${name}.running_var`,
  };
  return batchNormNamed(scope, x, names, options);
}

/**
 * Ioffe and Szegedy 2015. While it is trained, x is normalised by the batch's own mean and population variance, and the
 * running statistics move towards the batch's by `momentum`; the running variance is the unbiased one, M / (M - 1)
 * times the population's with M = N H W. Otherwise the running statistics normalise.
 */
export function batchNormNamed(
  scope: Scope,
  x: Value,
  names: BatchNormNames,
  { epsilon = 1e-5, momentum = 0.1 }: BatchNormOptions = {},
): Value {
  const scale = scope.parameter(names.scale);
  const bias = scope.parameter(names.bias);
  const runningMean = scope.buffer(names.mean);
  const runningVariance = scope.buffer(names.variance);
  if (!scope.normalisesByBatch(names.scale))
    return batchNormalization(x, { scale, bias, mean: runningMean, variance: runningVariance }, epsilon);
  const [y, mean, variance] = batchNormTraining(x, { scale, bias }, epsilon);
  const count = sizeOf(x.shape) / sizeOf(scale.shape);
  const moved = (running: Value, batch: Value, share: number) =>
    add(mul(running, 1 - momentum), mul(batch, share));
  scope.updateBuffer(names.mean, moved(runningMean, mean, momentum));
  // One element has no spread to correct.
  const unbiased = count > 1 ? count / (count - 1) : 1;
  scope.updateBuffer(names.variance, moved(runningVariance, variance, momentum * unbiased));
  return y;
}

/**
 * y = x W^T + b over the last axis of x [..., in], with W = `name.weight` [out, in] and b = `name.bias` [out]. W may also
 * lie as the kernel of a 1 x 1 convolution, [out, in, 1, 1].
 */
export function linear(scope: Scope, x: Value, name: string, { bias = true } = {}): Value {
  const weight = scope.parameter(`${name}.weight`);
  const matrix = weight.shape.length === 4 ? reshape(weight, weight.shape.slice(0, 2)) : weight;
  return F.linear(x, matrix, bias ? scope.parameter(`${name}.bias`) : undefined);
}

/** Ba et al. 2016: each row of x [..., d] standardised, times `name.weight`, plus `name.bias`. */
export function layerNorm(scope: Scope, x: Value, name: string, epsilon = 1e-6): Value {
  const standardised = layerNormalization(x, epsilon);
  return add(mul(standardised, scope.parameter(`${name}.weight`)), scope.parameter(`${name}.bias`));
}

/** The LayerNorm of the channels of x [N,C,H,W] at each place. */
export function channelNorm(scope: Scope, x: Value, name: string, epsilon = 1e-6): Value {
  const normalised = layerNorm(scope, transpose(x, [0, 2, 3, 1]), name, epsilon);
  return transpose(normalised, [0, 3, 1, 2]);
}

/** [N,C] means of the maps of x [N,C,H,W]. */
export function globalAveragePool(x: Value): Value {
  return reshape(reduceMean(x, [2, 3]), x.shape.slice(0, 2));
}
