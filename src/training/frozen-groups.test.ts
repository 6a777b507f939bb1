import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backboneReferenceSchema } from '../../test/helpers/backbone-reference.js';
import { readGolden } from '../../test/helpers/golden.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { at } from '../errors.js';
import { float32, type Tensor } from '../graph/tensor.js';
import { fineTuning } from '../methods/fine-tuning.js';
import { parseConfig } from '../models/config.js';
import { networkOf } from '../models/detect.js';
import { exportOnnx } from '../models/export/onnx.js';
import { importOnnx } from '../models/onnx-import.js';
import { openModel } from '../models/open.js';
import type { Network } from '../nn/network.js';
import { adamw } from '../optimizers/adam.js';
import { constant } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import { Random } from '../random.js';
import { nodeDriver } from '../runtime/node.js';
import { newHead } from './new-head.js';
import { type RateFactors, sameRates } from './rate-factors.js';
import { buildStep, type StepOptions } from './step-graph.js';
import { Stepper } from './stepper.js';

const CLASSES = 3;
const BATCH = 4;

/** One small network of each family, and of what has parts of its own, by their golden files. */
const families = [
  'clip-resnet',
  'clip-transformers-classifier',
  'convnext-timm-v2',
  'dino-transformers-registers',
  'efficientnet-timm',
  'mobilenet-v2-timm',
  'mobilenet-v3-timm',
  'openclip-options',
  'resnet-timm-se-d',
  'siglip-timm',
  'vit-timm-distilled',
];

function smallNetwork(family: string): Network {
  const { tensors = [], config, images } = readGolden(`backbone-${family}`, backboneReferenceSchema);
  const weights = new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
  const parsed = config === null ? undefined : parseConfig(JSON.stringify(config), 'config.json');
  const imageSize = at(images.shape, 2);
  const network = networkOf(weights, family, { config: parsed?.architecture, imageSize });
  return { ...network, preprocessing: { ...network.preprocessing, imageSize, resizeSize: imageSize } };
}

const networks = new Map(families.map((family) => [family, smallNetwork(family)]));
const sample = await openModel('sample');
const { pretrainedHead } = sample;
assert.ok(pretrainedHead !== undefined);
networks.set('the sample', sample);
networks.set(
  'an ONNX file',
  importOnnx(exportOnnx({ network: sample, head: pretrainedHead }), {
    name: 'model.onnx',
    preprocessing: sample.preprocessing,
  }),
);

/** Factors that train the last of the groups alone. */
function lastGroup({ groups }: Network): RateFactors {
  const names = groups.at(-1)?.parameters ?? [];
  return { backbone: new Map(names.map((name) => [name, 1])), pretrainedHead: 1, head: 1 };
}

for (const [name, network] of networks)
  test(`${name}: what is trained moves, what is frozen keeps its bits and has no state of its own`, async () => {
    const rateFactors = lastGroup(network);
    const options = { optimizer: adamw(), weightDecay: 0.1, emaDecay: 0.9, rateFactors };
    const { graph, state } = await steps(network, options, 2);
    const isTrained = (tensor: string) => rateFactors.backbone.has(tensor);
    for (const [tensor, { tensor: before }] of network.parameters) {
      const moved = !same(state(tensor), before);
      assert.equal(moved, isTrained(tensor), `${tensor} moved: ${moved}`);
      const owned = [...graph.state.keys()].filter((key) => key.startsWith(`${tensor}:`));
      assert.equal(owned.length > 0, isTrained(tensor), `${owned}`);
    }
    for (const [buffer, before] of network.buffers) {
      const scale = buffer.replace(/running_(mean|var)$/, 'weight');
      assert.ok(network.parameters.has(scale), buffer);
      assert.equal(!same(state(buffer), before), isTrained(scale), buffer);
    }
    assert.deepEqual(graph.unreached, []);
  });

test('frozen groups take no memory of gradients, and their normalisations no statistics of the batch', () => {
  const all = buildStep(optionsFor(sample, {}));
  const last = buildStep(optionsFor(sample, { rateFactors: lastGroup(sample) }));
  assert.ok(last.reached < all.reached);
  const changed = [...last.update.updates.keys()].filter((name) => name.includes('running_'));
  assert.ok(changed.length > 0 && changed.every((name) => name.startsWith('layer3.0.')), `${changed}`);
});

/** A factor of its own for each group. */
function graded({ groups }: Network): RateFactors {
  const factors = groups.flatMap(({ parameters }, i) => parameters.map((name) => [name, 0.5 ** i] as const));
  return { backbone: new Map(factors), pretrainedHead: 1, head: 3 };
}

test('SGD and AdamW, with a rate for each group, are plain arithmetic', async () => {
  const learningRate = 0.01;
  const plain = await steps(sample, { optimizer: sgd({ momentum: 0 }), learningRate }, 1);
  const rateFactors = graded(sample);
  const slow = await steps(sample, { optimizer: sgd({ momentum: 0 }), learningRate, rateFactors }, 1);
  const decay = 0.1;
  const adam = await steps(sample, { optimizer: adamw(), learningRate, weightDecay: decay, rateFactors }, 1);
  const head = newHead(sample.featureSize, CLASSES, 1);
  for (const [name, { kind, tensor }] of [...sample.parameters, ...head]) {
    const factor = head.has(name) ? 3 : (rateFactors.backbone.get(name) ?? Number.NaN);
    const before = tensor.data;
    const gradient = before.map((w, i) => (w - at(plain.state(name), i)) / learningRate);
    const size = Math.hypot(...gradient);
    slow.state(name).forEach((after, i) => {
      const expected = at(before, i) - learningRate * factor * at(gradient, i);
      assert.ok(Math.abs(after - expected) < 1e-5 * (1 + size), `${name}: ${after} for ${expected}`);
    });
    // The first step of Adam goes by the rate, in the direction of the gradient's sign; the decay is decoupled.
    adam.state(name).forEach((after, i) => {
      const g = at(gradient, i);
      if (Math.abs(g) < 1e-4) return;
      const shrunk = at(before, i) * (1 - learningRate * factor * (kind === 'weight' ? decay : 0));
      const expected = shrunk - learningRate * factor * Math.sign(g);
      assert.ok(Math.abs(after - expected) < 2e-3 * learningRate, `${name}: ${after} for ${expected}`);
    });
  }
});

function optionsFor(network: Network, given: Partial<StepOptions>): StepOptions {
  return {
    network,
    head: newHead(network.featureSize, CLASSES, 1),
    batchSize: BATCH,
    imageSize: network.preprocessing.imageSize,
    classes: CLASSES,
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    optimizer: sgd(),
    learningRate: 0.01,
    schedule: constant,
    rateFactors: sameRates(network),
    weightDecay: 0,
    accumulate: 1,
    batchNorm: 'train',
    ...given,
  };
}

async function steps(network: Network, given: Partial<StepOptions>, count: number) {
  const options = optionsFor(network, given);
  const graph = buildStep(options);
  const stepper = await Stepper.compile(graph, options, { driver: nodeDriver, device: 'cpu', threads: 1 });
  const random = new Random(5, 'test');
  for (let batch = 0; batch < count; batch++) {
    const pixels = Uint8Array.from({ length: BATCH * options.imageSize ** 2 * 3 }, () => random.below(256));
    const labels = Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES);
    const position = { batch, batchesPerEpoch: count, totalBatches: count };
    await stepper.step({ pixels, labels, count: BATCH }, position, 1);
  }
  const state = (name: string) => Float32Array.from(stepper.state.get(name).data, Number);
  const after = new Map([...graph.state.keys()].map((name) => [name, state(name)]));
  await stepper.release();
  return { graph, state: (name: string) => after.get(name) ?? float32([0], []).data };
}

function same(after: Float32Array, { data }: Tensor<'float32'>): boolean {
  return after.length === data.length && after.every((element, i) => Object.is(element, data[i]));
}
