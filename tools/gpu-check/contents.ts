import { join } from 'node:path';
import type { BackboneName } from '../../src/nn/registry.js';

/** A training step that is tried. */
export interface StepCase {
  readonly backbone: BackboneName;
  /** By the names of oracle/bench_models.py, if it has one. */
  readonly torch?: string;
  readonly batch: number;
  readonly image: number;
  readonly classes: number;
}

export const stepCases: readonly StepCase[] = [
  { backbone: 'resnet20-cifar', batch: 32, image: 32, classes: 100 },
  { backbone: 'resnet18', torch: 'resnet18', batch: 16, image: 224, classes: 100 },
  { backbone: 'resnet50', torch: 'resnet50', batch: 32, image: 224, classes: 100 },
  { backbone: 'mobilenet-v2', torch: 'mobilenetv2', batch: 16, image: 224, classes: 100 },
  { backbone: 'vit-tiny-16', torch: 'vit-ti-16', batch: 16, image: 224, classes: 100 },
  { backbone: 'vit-small-16', torch: 'vit-s-16', batch: 16, image: 224, classes: 100 },
];

/** Steps whose losses are compared with the CPU's, and steps that are timed after these. */
export const stepCounts = { compared: 20, timed: 30 } as const;

/** Of the archive: photographs, a network, and where they lie in it. */
export const job = {
  dataset: 'grocery50',
  model: 'mobilenet-v2-100-224',
  torch: 'mobilenetv2-folded',
  image: 128,
  epochs: 10,
  data: join('data', 'grocery50'),
  network: join('data', 'mobilenet-v2'),
} as const;
