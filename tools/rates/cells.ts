import type { TrainOptions } from '../../src/index.js';
import { datasets } from '../newcomer/cells.js';

/** A network on a dataset, both folders, at a side of the images that bounds the time. */
export interface Cell {
  readonly network: string;
  readonly imageSize: number;
  readonly dataset: string;
}

const of = (network: string, imageSize: number, on: readonly string[]): Cell[] =>
  on.map((dataset) => ({ network, imageSize, dataset }));

export const cells: readonly Cell[] = [
  ...of('mobilenet-v1-025-128', 96, datasets),
  ...of('mobilenet-v2-100-224', 96, ['flowers12', 'textures10', 'clothing10', 'ants_bees']),
  ...of('resnet20-cifar10', 32, ['flowers12', 'textures10']),
];

type Optimizer = NonNullable<TrainOptions['optimizer']>;

/** A head to begin with, an optimizer and its rate. */
export interface Rate {
  readonly head: NonNullable<TrainOptions['head']>;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
}

export const rates: readonly Rate[] = [
  { head: 'linear-probe', optimizer: 'sgd', learningRate: 0.0003 },
  { head: 'linear-probe', optimizer: 'sgd', learningRate: 0.001 },
  { head: 'linear-probe', optimizer: 'sgd', learningRate: 0.003 },
  { head: 'linear-probe', optimizer: 'sgd', learningRate: 0.01 },
  { head: 'linear-probe', optimizer: 'adamw', learningRate: 0.0001 },
  { head: 'linear-probe', optimizer: 'adamw', learningRate: 0.0003 },
  { head: 'linear-probe', optimizer: 'adamw', learningRate: 0.001 },
  { head: 'random', optimizer: 'sgd', learningRate: 0.001 },
  { head: 'random', optimizer: 'adamw', learningRate: 0.0003 },
  { head: 'random', optimizer: 'adamw', learningRate: 0.001 },
];
