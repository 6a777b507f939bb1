import { float32 } from '../src/graph/tensor.js';
import { methods } from '../src/methods/index.js';
import { type BackboneName, backboneNamed } from '../src/nn/registry.js';
import { Random } from '../src/random.js';
import { nodeDriver } from '../src/runtime/node.js';
import { lowerProgram } from '../src/runtime/program.js';
import { newHead } from '../src/training/new-head.js';
import { sameRates } from '../src/training/rate-factors.js';
import { statisticsOf } from '../src/training/statistics.js';
import { buildStep } from '../src/training/step-graph.js';
import { stepSettings } from './step-settings.js';

export const plainBackbones: readonly BackboneName[] = [
  'resnet18',
  'resnet50',
  'mobilenet-v2',
  'vit-tiny-16',
];

const CLASSES = 100;

/** Methods whose steps have nothing but what the network and its features give. */
export const plainMethods = ['fine-tuning', 'adarand', 'randreg', 'fnp', 'l2-sp', 'bss'] as const;

/** What a step puts out, plain fine-tuning's or another's, lowered for the CPU of this machine; nothing is run. */
export async function plainStep(
  name: BackboneName,
  {
    batchSize,
    imageSize,
    method: methodName = 'fine-tuning',
  }: {
    readonly batchSize: number;
    readonly imageSize: number;
    readonly method?: (typeof plainMethods)[number];
  },
) {
  const method = methods[methodName].bind();
  const network = backboneNamed(name, { seed: 1 });
  const { update } = buildStep({
    network: { ...network, preprocessing: { ...network.preprocessing, imageSize, resizeSize: imageSize } },
    head: newHead(network.featureSize, CLASSES, 1),
    batchSize,
    imageSize,
    classes: CLASSES,
    method,
    lambda: method.defaultLambda,
    statistics: statisticsOf(someFeatures(network.featureSize), CLASSES),
    rateFactors: sameRates(network),
    ...stepSettings,
  });
  const channelBlock = await nodeDriver.channelBlock('cpu');
  return [...lowerProgram(update, { device: 'cpu', channelBlock }).values()];
}

/** Two of each class. */
function someFeatures(size: number) {
  const random = new Random(1, 'test');
  const count = 2 * CLASSES;
  return {
    features: float32(
      [count, size],
      Float32Array.from({ length: count * size }, () => random.uniform()),
    ),
    labels: Int32Array.from({ length: count }, (_, i) => i % CLASSES),
  };
}
