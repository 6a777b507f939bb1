import { parseArgs } from 'node:util';
import { formatTable } from '../src/figures/table.js';
import { methods } from '../src/methods/index.js';
import { type BackboneName, backboneNamed } from '../src/nn/registry.js';
import { nodeDriver } from '../src/runtime/node.js';
import { lowerProgram } from '../src/runtime/program.js';
import { newHead } from '../src/training/classifier.js';
import { sameRates } from '../src/training/rate-factors.js';
import { buildStep } from '../src/training/step-graph.js';
import { mostLiveBytes } from './live-tensors.js';
import { stepSettings } from './step-settings.js';

/*
 * npm run bench:live [-- --batch N] [--image N]
 *
 * Tensors that are there at one moment of a step of plain fine-tuning on the CPU, at most, in MB: nothing is run.
 */

const { values } = parseArgs({
  options: { batch: { type: 'string', default: '16' }, image: { type: 'string', default: '224' } },
});
const [batchSize, imageSize, classes] = [Number(values.batch), Number(values.image), 100];
const backbones: readonly BackboneName[] = ['resnet18', 'resnet50', 'mobilenet-v2', 'vit-tiny-16'];
const channelBlock = await nodeDriver.channelBlock('cpu');

const rows = backbones.map((name) => {
  const network = backboneNamed(name, { seed: 1 });
  const { update } = buildStep({
    network: { ...network, preprocessing: { ...network.preprocessing, imageSize, resizeSize: imageSize } },
    head: newHead(network.featureSize, classes, 1),
    batchSize,
    imageSize,
    classes,
    method: methods['fine-tuning'].bind(),
    lambda: 0,
    statistics: undefined,
    rateFactors: sameRates(network),
    ...stepSettings,
  });
  const bytes = mostLiveBytes([...lowerProgram(update, { device: 'cpu', channelBlock }).values()]);
  return [name, (bytes / 1e6).toFixed(0)];
});
console.log(
  formatTable(
    ['model', 'live MB'].map((title) => ({ title })),
    rows,
  ),
);
