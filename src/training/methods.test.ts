import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testInputs } from '../../test/helpers/method-inputs.js';
import { arrayPrepareTools } from '../../test/helpers/prepare-tools.js';
import { tinyNetwork } from '../../test/helpers/tiny-network.js';
import { at } from '../errors.js';
import { float32 } from '../graph/tensor.js';
import { type MethodName, methodNames, methods } from '../methods/index.js';
import { constant } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import { Random } from '../random.js';
import { nodeDriver } from '../runtime/node.js';
import type { TrainingBatch } from './feeds.js';
import { newHead } from './new-head.js';
import { headRates, type RateFactors, sameRates } from './rate-factors.js';
import { statisticsOf } from './statistics.js';
import { buildStep } from './step-graph.js';
import { Stepper } from './stepper.js';

const BATCH = 6;
const CLASSES = 3;
const SOURCE_CLASSES = 4;
const STEPS = 3;
const d = 10;
const tiny = tinyNetwork(d);
const { imageSize } = tiny.preprocessing;
const random = new Random(9, 'test');
const network = {
  ...tiny,
  pretrainedHead: {
    weight: float32(
      [SOURCE_CLASSES, d],
      Float32Array.from({ length: SOURCE_CLASSES * d }, () => random.normal()),
    ),
    bias: float32([SOURCE_CLASSES], new Float32Array(SOURCE_CLASSES)),
    classes: ['a', 'b', 'c', 'd'],
  },
};

/** Methods whose penalty needs no trained backbone; that of the others has no effect on the head. */
const actOnHead: readonly MethodName[] = ['fine-tuning', 'head-only', 'dr-tune'];

const initial = new Map<string, Float32Array>(
  [...network.parameters, ...newHead(d, CLASSES, 1)].map(([name, { tensor }]) => [name, tensor.data]),
);
const plain = await train('fine-tuning', 0);

/** They draw weights of their own, once. */
const draws: readonly MethodName[] = ['core-tuning', 'uot', 'borrowing-treasures'];

for (const name of methodNames)
  describe(`${name} in a real step`, () => {
    test('what it draws once is drawn with the seed', async () => {
      const [first, again, other] = [
        await initialState(name, 1),
        await initialState(name, 1),
        await initialState(name, 2),
      ];
      assert.deepEqual(first, again);
      assert.equal(JSON.stringify(first) !== JSON.stringify(other), draws.includes(name));
    });

    test('with weight 0 leaves the very bits of plain fine-tuning', {
      skip: name === 'head-only',
    }, async () => {
      const off = await train(name, 0);
      for (const [parameter, data] of plain.parameters)
        assert.deepEqual(off.parameters.get(parameter), data, parameter);
    });

    test('with its own weight trains, and differs from plain fine-tuning', async () => {
      const on = await train(name, methods[name].defaultLambda);
      assert.ok(on.losses.every(Number.isFinite), `${on.losses}`);
      if (name === 'fine-tuning') return;
      const moved = [...plain.parameters].some(([parameter, data]) =>
        on.parameters.get(parameter)?.some((element, i) => element !== data[i]),
      );
      assert.ok(moved, 'it changes nothing');
    });

    test('with the first groups frozen trains the others, each at its rate', async () => {
      const [, ...trained] = tiny.groups.flatMap(({ parameters }) => parameters);
      const last = at(tiny.groups, tiny.groups.length - 1).parameters;
      const backbone = new Map(last.map((parameter) => [parameter, 0.5]));
      const rateFactors = { backbone, pretrainedHead: 1, head: 2 };
      const { parameters, losses, withoutEffect } = await train(
        name,
        methods[name].defaultLambda,
        rateFactors,
      );
      assert.ok(losses.every(Number.isFinite), `${losses}`);
      // The feature maps of this network come before its last group.
      assert.deepEqual(withoutEffect, name === 'delta' ? ['the penalty of delta'] : []);
      assert.ok(trained.length > last.length);
      for (const [parameter, data] of initial)
        assert.equal(
          parameters.get(parameter)?.some((element, i) => element !== data[i]),
          parameter.startsWith('head.') || (last.includes(parameter) && name !== 'head-only'),
          parameter,
        );
    });

    test('with the backbone frozen moves the head, and says which of its losses do not', async () => {
      const { parameters, losses, withoutEffect } = await train(
        name,
        methods[name].defaultLambda,
        headRates(1),
      );
      assert.ok(losses.every(Number.isFinite), `${losses}`);
      assert.deepEqual(withoutEffect, actOnHead.includes(name) ? [] : [`the penalty of ${name}`]);
      for (const [parameter, data] of initial)
        assert.equal(
          parameters.get(parameter)?.some((element, i) => element !== data[i]),
          parameter.startsWith('head.'),
          parameter,
        );
    });
  });

/** All tensors of the state, as they are before the first step. */
async function initialState(name: MethodName, seed: number) {
  const { state } = await stepGraph(name, methods[name].defaultLambda, sameRates(network), seed);
  return [...state].map(([tensor, { data }]) => [tensor, Array.from(data ?? [], Number)] as const);
}

async function stepGraph(name: MethodName, lambda: number, rateFactors: RateFactors, seed: number) {
  const method = methods[name].bind();
  const sizes = { batchSize: BATCH, classes: CLASSES, featureSize: d, sourceClasses: SOURCE_CLASSES };
  const tools = arrayPrepareTools({ ...testInputs(sizes).tools, network });
  return buildStep({
    network,
    seed,
    head: newHead(d, CLASSES, 1),
    batchSize: BATCH,
    imageSize,
    classes: CLASSES,
    method,
    lambda,
    statistics: statisticsOf(await tools.features('train'), CLASSES),
    prepared: await method.prepare?.(tools),
    sourceClasses: SOURCE_CLASSES,
    optimizer: sgd(),
    learningRate: 0.01,
    schedule: constant,
    weightDecay: 0,
    rateFactors,
    accumulate: 1,
    batchNorm: 'train',
  });
}

async function train(name: MethodName, lambda: number, rateFactors = sameRates(network)) {
  const graph = await stepGraph(name, lambda, rateFactors, 1);
  const shape = { batchSize: BATCH, imageSize, classes: CLASSES, accumulate: 1 };
  const stepper = await Stepper.compile(graph, shape, { driver: nodeDriver, device: 'cpu', threads: 1 });
  const losses: number[] = [];
  for (let batch = 0; batch < STEPS; batch++) {
    const position = { batch, batchesPerEpoch: STEPS, totalBatches: STEPS };
    const outputs = await stepper.step(batchOf(batch), position, 1);
    losses.push(Number(outputs.get('loss')?.data[0]));
  }
  await stepper.release();
  const tensor = (parameter: string) => Float32Array.from(stepper.state.get(parameter).data, Number);
  const parameters = [...network.parameters.keys(), ...network.buffers.keys(), 'head.weight', 'head.bias'];
  const { withoutEffect } = graph;
  return {
    losses,
    withoutEffect,
    parameters: new Map(parameters.map((parameter) => [parameter, tensor(parameter)])),
  };
}

function batchOf(batch: number): TrainingBatch {
  const images = (stream: number, classes: number) => {
    const draw = new Random(11, 'test', batch, stream);
    return {
      pixels: Uint8Array.from({ length: BATCH * imageSize * imageSize * 3 }, () => draw.below(256)),
      labels: Int32Array.from({ length: BATCH }, (_, i) => (i + batch) % classes),
      count: BATCH,
    };
  };
  return { ...images(0, CLASSES), source: images(1, SOURCE_CLASSES) };
}
