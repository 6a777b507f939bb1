import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { loweringCases } from '../../test/helpers/lowering-cases.js';
import { testInputs } from '../../test/helpers/method-inputs.js';
import { optimizedModel } from '../../test/helpers/optimized-model.js';
import { arrayPrepareTools } from '../../test/helpers/prepare-tools.js';
import { tinyNetwork } from '../../test/helpers/tiny-network.js';
import { writeOnnx } from '../graph/onnx/write.js';
import { add, div, erf, mul } from '../graph/ops.js';
import { float32 } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { type MethodName, methodNames, methods } from '../methods/index.js';
import type { Network } from '../nn/network.js';
import { backboneNamed } from '../nn/registry.js';
import { adam } from '../optimizers/adam.js';
import { constant } from '../optimizers/schedules.js';
import { frozenFeatures } from '../training/frozen-network.js';
import { newHead } from '../training/new-head.js';
import { normalize } from '../training/normalize.js';
import { sameRates } from '../training/rate-factors.js';
import { statisticsOf } from '../training/statistics.js';
import { buildStep } from '../training/step-graph.js';
import { nodeDriver } from './node.js';
import { lowerProgram, type ProgramGraph } from './program.js';
import { SKIPPED_PASSES_KEY, skippedPasses } from './skipped-passes.js';

const target = { device: 'cpu', channelBlock: await nodeDriver.channelBlock('cpu') } as const;
const skipped = skippedPasses({ device: 'cpu', lowered: true });
assert.ok(skipped !== undefined);
const entries = { [SKIPPED_PASSES_KEY]: skipped };

/** Whether ONNX Runtime makes the same of a program without the passes. */
async function staysTheSame(program: ProgramGraph): Promise<boolean> {
  const model = writeOnnx({ outputs: lowerProgram(program, target) }, 'cpu');
  return (await optimizedModel(model)).equals(await optimizedModel(model, entries));
}

describe('without the passes that are skipped, ONNX Runtime makes the same graph of', () => {
  for (const { name, shapes, build } of loweringCases)
    test(name, async () => {
      const outputs = build(drawnInputs(shapes).x);
      const named = new Map(outputs.map((value, i) => [`output${i}`, value]));
      assert.ok(await staysTheSame({ outputs: named, updates: new Map() }));
    });

  for (const name of methodNames)
    test(`a step with ${name}`, async () =>
      assert.ok(await staysTheSame(await stepOf(tinyNetwork(10), name))));

  for (const [name, imageSize] of [
    ['resnet18', 64],
    ['mobilenet-v2', 64],
    ['convnextv2_atto', 64],
    ['vit-tiny-16', 224],
  ] as const)
    test(`a step of ${name}, and its features`, async () => {
      const network = backboneNamed(name, { seed: 1 });
      const { preprocessing } = network;
      const images = input('images', { dtype: 'uint8', shape: [2, imageSize, imageSize, 3] });
      const { features } = frozenFeatures(network, normalize(images, preprocessing));
      const resized = { ...network, preprocessing: { ...preprocessing, imageSize } };
      assert.ok(await staysTheSame(await stepOf(resized, 'fine-tuning')));
      assert.ok(await staysTheSame({ outputs: new Map([['features', features]]), updates: new Map() }));
    });
});

test('of a graph as other frameworks export it, it makes another one', async () => {
  // GELU by its definition, which becomes one operator.
  const x = input('x', { dtype: 'float32', shape: [2, 3] });
  const y = mul(mul(x, add(erf(div(x, Math.SQRT2)), 1)), 0.5);
  const model = writeOnnx({ outputs: new Map([['y', y]]) }, 'cpu');
  assert.ok(!(await optimizedModel(model)).equals(await optimizedModel(model, entries)));
});

test('on other devices, and of other graphs, nothing is skipped', () => {
  assert.equal(skippedPasses({ device: 'cpu' }), undefined);
  assert.equal(skippedPasses({ device: 'webgpu', lowered: true }), undefined);
});

async function stepOf(network: Network, name: MethodName): Promise<ProgramGraph> {
  const { featureSize: d, preprocessing } = network;
  const [batchSize, classes, sourceClasses] = [6, 3, 4];
  const method = methods[name].bind();
  const head = {
    weight: float32([sourceClasses, d], new Float32Array(sourceClasses * d).fill(1)),
    bias: float32([sourceClasses], new Float32Array(sourceClasses)),
    classes: ['a', 'b', 'c', 'd'],
  };
  const whole = { ...network, pretrainedHead: head };
  const sizes = { batchSize, classes, featureSize: d, sourceClasses };
  const tools = arrayPrepareTools({ ...testInputs(sizes).tools, network: whole });
  return buildStep({
    network: whole,
    head: newHead(d, classes, 1),
    batchSize,
    imageSize: preprocessing.imageSize,
    classes,
    method,
    lambda: method.defaultLambda,
    statistics: method.needs.some((need) => /Statistics$/.test(need))
      ? statisticsOf(await tools.features('train'), classes)
      : undefined,
    prepared: await method.prepare?.(tools),
    sourceClasses,
    optimizer: adam(),
    learningRate: 0.01,
    schedule: constant,
    weightDecay: 1e-4,
    rateFactors: sameRates(whole),
    accumulate: 1,
    batchNorm: 'train',
  }).update;
}
