import { methods } from '../src/methods/index.js';
import { type BackboneName, backboneNamed } from '../src/nn/registry.js';
import { nodeDriver } from '../src/runtime/node.js';
import { lowerProgram } from '../src/runtime/program.js';
import { newHead } from '../src/training/new-head.js';
import { sameRates } from '../src/training/rate-factors.js';
import { buildStep } from '../src/training/step-graph.js';
import { stepSettings } from './step-settings.js';

export const plainBackbones: readonly BackboneName[] = [
  'resnet18',
  'resnet50',
  'mobilenet-v2',
  'vit-tiny-16',
];

const CLASSES = 100;

/** What a step of plain fine-tuning puts out, lowered for the CPU of this machine; nothing is run. */
export async function plainStep(
  name: BackboneName,
  { batchSize, imageSize }: { readonly batchSize: number; readonly imageSize: number },
) {
  const network = backboneNamed(name, { seed: 1 });
  const { update } = buildStep({
    network: { ...network, preprocessing: { ...network.preprocessing, imageSize, resizeSize: imageSize } },
    head: newHead(network.featureSize, CLASSES, 1),
    batchSize,
    imageSize,
    classes: CLASSES,
    method: methods['fine-tuning'].bind(),
    lambda: 0,
    statistics: undefined,
    rateFactors: sameRates(network),
    ...stepSettings,
  });
  const channelBlock = await nodeDriver.channelBlock('cpu');
  return [...lowerProgram(update, { device: 'cpu', channelBlock }).values()];
}
