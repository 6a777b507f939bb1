import type { BackboneName } from '../../src/nn/registry.js';

export interface MemoryStep {
  readonly backbone: BackboneName;
  readonly batchSize: number;
  readonly imageSize: number;
}

/** Training steps of each family whose memory is measured; large enough that theirs is most of a process's. */
export const memorySteps: readonly MemoryStep[] = [
  { backbone: 'resnet20-cifar', batchSize: 64, imageSize: 64 },
  { backbone: 'resnet18', batchSize: 8, imageSize: 224 },
  { backbone: 'mobilenet-v2', batchSize: 8, imageSize: 224 },
  { backbone: 'vit-tiny-16', batchSize: 8, imageSize: 224 },
];
