import { float32, sizeOf } from '../src/graph/tensor.js';
import { input } from '../src/graph/value.js';
import { pointwiseGeometry } from '../src/lowering/conv-geometry.js';
import { blockedConv } from '../src/lowering/operators/blocked-conv.js';
import { measuredRate } from './measured-rate.js';

const [IMAGES, CHANNELS, SIDE] = [16, 256, 28];

/** GFLOP/s of a pointwise convolution in blocks, of 16 images of 256 channels to as many. */
export function convRate(block: number, threads: number, rounds: number): Promise<number> {
  const halves = (...shape: readonly number[]) => float32(shape, new Float32Array(sizeOf(shape)).fill(0.5));
  const [maps, kernels] = [halves(IMAGES, CHANNELS, SIDE, SIDE), halves(CHANNELS, CHANNELS, 1, 1)];
  const [x, w] = [input('x', maps), input('w', kernels)];
  const feeds = new Map([
    ['x', maps],
    ['w', kernels],
  ]);
  const amount = (2 * IMAGES * CHANNELS ** 2 * SIDE ** 2) / 1e9;
  const attributes = { ...pointwiseGeometry, group: 1, block };
  return measuredRate(blockedConv({ x, w }, attributes), feeds, { amount, threads, rounds });
}
