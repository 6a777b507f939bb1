import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { worstError } from '../../test/helpers/samples.js';
import { at } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { cast } from '../graph/operators/cast.js';
import { less } from '../graph/operators/less.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { float32, type Tensor } from '../graph/tensor.js';
import { scalar } from '../graph/value.js';
import { fineTuning } from '../methods/fine-tuning.js';
import { fnp } from '../methods/fnp.js';
import { headOnly } from '../methods/head-only.js';
import { bound, defineMethod } from '../methods/method.js';
import { randreg } from '../methods/randreg.js';
import { linear } from '../nn/functional.js';
import { batchNorm } from '../nn/layers.js';
import type { Network } from '../nn/network.js';
import { constant } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import { nodeDriver } from '../runtime/node.js';
import type { PixelBatch } from './feeds.js';
import { newHead } from './new-head.js';
import { sameRates } from './rate-factors.js';
import { emaOf, HEAD_WEIGHT } from './state-names.js';
import { buildStep, type StepOptions } from './step-graph.js';
import { Stepper } from './stepper.js';
import type { TaskLossOptions } from './task-loss.js';

const BATCH = 4;
const IMAGE = 2;
const CLASSES = 3;
const FEATURES = 5;

/** One linear layer over the pixels: small enough to do by hand. */
const network: Network = {
  name: 'linear',
  modelType: 'linear',
  featureSize: FEATURES,
  preprocessing: { imageSize: IMAGE, resizeSize: IMAGE, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  parameters: new Map([
    ['weight', { kind: 'weight', tensor: float32([FEATURES, 12], wave(60)) }],
    ['bias', { kind: 'bias', tensor: float32([FEATURES], wave(5)) }],
  ]),
  groups: [{ name: 'linear', parameters: ['weight', 'bias'] }],
  buffers: new Map(),
  pretrainedHead: undefined,
  features: (images, scope) =>
    linear(reshape(images, [images.shape[0] ?? 1, 12]), scope.parameter('weight'), scope.parameter('bias')),
};

const defaults: StepOptions = {
  network,
  head: newHead(FEATURES, CLASSES, 7),
  batchSize: BATCH,
  imageSize: IMAGE,
  classes: CLASSES,
  method: fineTuning.bind(),
  lambda: 0,
  statistics: undefined,
  optimizer: sgd({ momentum: 0 }),
  learningRate: 0.5,
  schedule: constant,
  weightDecay: 0,
  rateFactors: sameRates(network),
  accumulate: 1,
  batchNorm: 'train',
};

const batches: readonly PixelBatch[] = [0, 1, 2, 3].map((b) => ({
  pixels: Uint8Array.from({ length: BATCH * 12 }, (_, i) => (i * 37 + b * 101) % 256),
  labels: Int32Array.of(0, 1, 2, b % 3),
  count: BATCH,
}));

describe('one step', () => {
  test("the head's gradient norm is || (1/B) G^T (P - Y) ||_F", async () => {
    const { outputs } = await run(defaults, 1);
    const { features, probabilities } = forward();
    const gradient = new Float64Array(CLASSES * FEATURES);
    const labels = batches[0]?.labels ?? [];
    for (let i = 0; i < BATCH; i++)
      for (let k = 0; k < CLASSES; k++)
        for (let j = 0; j < FEATURES; j++) {
          const residual = (probabilities[i]?.[k] ?? 0) - Number(labels[i] === k);
          gradient[k * FEATURES + j] =
            (gradient[k * FEATURES + j] ?? 0) + (residual * (features[i]?.[j] ?? 0)) / BATCH;
        }
    assert.ok(worstError([outputs.head_gradient_norm ?? 0], [Math.hypot(...gradient)]) < 1e-5);
  });

  test('norm_of_mean_feature is the length of the mean feature', async () => {
    const { outputs } = await run(defaults, 1);
    const { features } = forward();
    const mean = Array.from(
      { length: FEATURES },
      (_, j) => features.reduce((sum, row) => sum + (row[j] ?? 0), 0) / BATCH,
    );
    assert.ok(worstError([outputs.norm_of_mean_feature ?? 0], [Math.hypot(...mean)]) < 1e-5);
  });

  test('a method with weight 0 leaves the very bits of plain fine-tuning, and still reports its penalty', async () => {
    const plain = await run(defaults, 4);
    const off = await run({ ...defaults, method: fnp.bind() }, 4);
    assert.deepEqual(off.state.get('weight').data, plain.state.get('weight').data);
    assert.deepEqual(off.state.get(HEAD_WEIGHT).data, plain.state.get(HEAD_WEIGHT).data);
    assert.ok((off.outputs.penalty ?? 0) > 0);
  });

  test("RandReg's balance is that of the cross-entropy as it is trained, smoothed and weighted", async () => {
    const weightOf = async (taskLoss: TaskLossOptions) => {
      const method = randreg.bind({ prior: 'uniform', balance: 0.3 });
      const { outputs } = await run({ ...defaults, method, lambda: 1, taskLoss }, 1);
      return outputs['method.balance'] ?? Number.NaN;
    };
    const { probabilities } = forward();
    const head = initial(HEAD_WEIGHT).data;
    const labels = [...(batches[0]?.labels ?? [])];
    const pull = (smoothing: number, weights: readonly number[]) => {
      const rows = probabilities.flatMap((p, i) => {
        const y = p.map(
          (_, k) => (weights[k] ?? 0) * ((1 - smoothing) * Number(labels[i] === k) + smoothing / CLASSES),
        );
        const total = y.reduce((sum, share) => sum + share, 0);
        const residual = p.map((share, k) => total * share - (y[k] ?? 0));
        return Array.from({ length: FEATURES }, (_, j) =>
          residual.reduce((sum, r, k) => sum + r * Number(head[k * FEATURES + j]), 0),
        );
      });
      return Math.hypot(...rows);
    };
    const classWeights = [2, 0.5, 1];
    const ratio = (await weightOf({ labelSmoothing: 0.4, classWeights })) / (await weightOf({}));
    const expected = pull(0.4, classWeights) / pull(0, [1, 1, 1]);
    assert.ok(Math.abs(expected - 1) > 0.05, `${expected} says nothing`);
    assert.ok(worstError([ratio], [expected]) < 1e-5, `${ratio}, not ${expected}`);
  });

  test('clipping bounds the joint norm of the gradients, and leaves small ones alone', async () => {
    const moved = async (clipGradNorm?: number) => {
      const { state } = await run(
        { ...defaults, learningRate: 1, ...(clipGradNorm === undefined ? {} : { clipGradNorm }) },
        1,
      );
      return Math.hypot(
        ...['weight', 'bias', HEAD_WEIGHT, 'head.bias'].map((name) =>
          distance(state.get(name), initial(name)),
        ),
      );
    };
    const free = await moved();
    assert.ok(worstError([await moved(free / 3)], [free / 3]) < 1e-4);
    assert.ok(worstError([await moved(free * 3)], [free]) < 1e-6);
  });

  test('the backbone learns at its own rate; decay spares biases', async () => {
    const frozen = await run({ ...defaults, rateFactors: sameRates(network, 0), weightDecay: 0.1 }, 1);
    assert.deepEqual(frozen.state.get('weight').data, initial('weight').data);
    const slow = await run({ ...defaults, rateFactors: sameRates(network, 0.5) }, 1);
    const full = await run(defaults, 1);
    const half = distance(slow.state.get('weight'), initial('weight'));
    assert.ok(worstError([2 * half], [distance(full.state.get('weight'), initial('weight'))]) < 1e-4);
    const decayed = await run({ ...defaults, weightDecay: 0.1 }, 1);
    assert.deepEqual(decayed.state.get('bias').data, full.state.get('bias').data);
    const after = numbers(decayed.state.get('weight'));
    const shrink = numbers(full.state.get('weight')).map((w, i) => w - (after[i] ?? 0));
    const expected = numbers(initial('weight')).map((w) => 0.05 * w);
    assert.ok(worstError(shrink, expected) < 1e-4);
  });

  test('head-only training trains the head and nothing else', async () => {
    const { state } = await run({ ...defaults, method: headOnly.bind() }, 2);
    assert.deepEqual(numbers(state.get('weight')), numbers(initial('weight')));
    assert.notDeepEqual(numbers(state.get(HEAD_WEIGHT)), numbers(initial(HEAD_WEIGHT)));
  });

  test('two batches accumulated are one step of their mean gradient', async () => {
    const accumulated = await run({ ...defaults, accumulate: 2 }, 2);
    const steps = await Promise.all([0, 1].map((from) => run(defaults, 1, from)));
    const mean = numbers(initial('weight')).map((w, i) => {
      const [first = 0, second = 0] = steps.map(({ state }) => Number(state.get('weight').data[i]));
      return w + (first - w + (second - w)) / 2;
    });
    assert.ok(worstError(numbers(accumulated.state.get('weight')), mean) < 1e-6);
    assert.ok(numbers(accumulated.state.get('weight:collected')).every((sum) => sum === 0));
  });

  test("a method's rules see every batch, also those that only add to the gradients", async () => {
    const counting = defineMethod({
      name: 'counting',
      title: '',
      paper: '',
      formula: '',
      options: z.strictObject({}),
      defaultLambda: 1,
      lambdaUnit: 'none',
      bind: () =>
        bound({
          needs: [],
          loss(_, { state }) {
            const seen = state('seen', float32([], [0]));
            return { penalty: scalar(0), updates: new Map([[seen, add(seen, 1)]]) };
          },
        }),
    });
    const options = { ...defaults, method: counting.bind(), lambda: 1 };
    assert.deepEqual(numbers((await run(options, 4)).state.get('method.seen')), [4]);
    const accumulated = await run({ ...options, accumulate: 2 }, 4);
    assert.deepEqual(numbers(accumulated.state.get('method.seen')), [4]);
  });

  test('the exponential average follows the parameters', async () => {
    const { state } = await run({ ...defaults, emaDecay: 0.75 }, 1);
    const after = numbers(state.get('weight'));
    const expected = numbers(initial('weight')).map((w, i) => 0.75 * w + 0.25 * (after[i] ?? 0));
    assert.ok(worstError(numbers(state.get(emaOf('weight'))), expected) < 1e-6);
  });

  test('and the running statistics, at each update, also where it takes two batches', async () => {
    const decay = 0.75;
    for (const accumulate of [1, 2]) {
      const options = { ...normalised(), accumulate, emaDecay: decay };
      for (const name of ['bn.running_mean', 'bn.running_var', 'bn.weight']) {
        let expected = numbers((await run(options, 0)).state.get(name));
        for (let steps = accumulate; steps <= 4; steps += accumulate) {
          const { state } = await run(options, steps);
          const now = numbers(state.get(name));
          expected = expected.map((before, i) => decay * before + (1 - decay) * (now[i] ?? 0));
          assert.ok(
            worstError(numbers(state.get(emaOf(name))), expected) < 1e-6,
            `${name}, ${steps} batches`,
          );
        }
      }
    }
    const frozen = buildStep({ ...normalised(), batchNorm: 'frozen', emaDecay: decay });
    assert.ok(!frozen.state.has(emaOf('bn.running_mean')));
  });
});

/** The same with a BatchNorm before the layer. */
function normalised(): StepOptions {
  const vector = (value: number) => float32([3], [value, value, value]);
  const withNorm: Network = {
    ...network,
    parameters: new Map([
      ...network.parameters,
      ['bn.weight', { kind: 'norm', tensor: vector(1) }],
      ['bn.bias', { kind: 'norm', tensor: vector(0) }],
    ]),
    groups: [{ name: 'all', parameters: ['weight', 'bias', 'bn.weight', 'bn.bias'] }],
    buffers: new Map([
      ['bn.running_mean', vector(0)],
      ['bn.running_var', vector(1)],
    ]),
    features: (images, scope) => network.features(batchNorm(scope, images, 'bn'), scope),
  };
  return { ...defaults, network: withNorm, rateFactors: sameRates(withNorm) };
}

test('a thousand steps keep their memory', async () => {
  const stepper = await compile({ ...defaults, learningRate: 1e-3 });
  const take = async (steps: number) => {
    for (let step = 0; step < steps; step++)
      await stepper.step(at(batches, step % batches.length), position(step, 1000), 0);
    return process.memoryUsage().rss;
  };
  await take(300);
  const before = process.memoryUsage().rss;
  const after = await take(1000);
  await stepper.release();
  // Garbage of the feeds' maps comes and goes; a leak of even one batch of a real network a step would be gigabytes.
  assert.ok(
    after - before < 24 * 2 ** 20,
    `${Math.round((after - before) / 2 ** 20)} MB more after a thousand steps`,
  );
});

function compile(options: StepOptions): Promise<Stepper> {
  return Stepper.compile(buildStep(options), options, { driver: nodeDriver, device: 'cpu', threads: 1 });
}

function position(batch: number, totalBatches: number) {
  return { batch, batchesPerEpoch: totalBatches, totalBatches };
}

async function run(options: StepOptions, steps: number, from = 0) {
  const stepper = await compile(options);
  let outputs: Record<string, number> = {};
  for (let step = 0; step < steps; step++) {
    const results = await stepper.step(at(batches, from + step), position(step, steps), 0);
    outputs = Object.fromEntries([...results].map(([name, { data }]) => [name, Number(data[0])]));
  }
  await stepper.release();
  return { state: stepper.state, outputs };
}

/** The first batch by hand: features and probabilities, in double precision. */
function forward() {
  const [batch] = batches;
  const weight = initial('weight').data;
  const head = initial(HEAD_WEIGHT).data;
  const features = Array.from({ length: BATCH }, (_, i) =>
    Array.from({ length: FEATURES }, (_, j) => {
      let sum = Number(initial('bias').data[j]);
      for (let c = 0; c < 3; c++)
        for (let p = 0; p < 4; p++) {
          const pixel = (batch?.pixels[(i * 4 + p) * 3 + c] ?? 0) / 255;
          sum += Number(weight[j * 12 + c * 4 + p]) * ((pixel - 0.5) / 0.5);
        }
      return sum;
    }),
  );
  const probabilities = features.map((row) => {
    const logits = Array.from({ length: CLASSES }, (_, k) =>
      row.reduce((sum, g, j) => sum + g * Number(head[k * FEATURES + j]), 0),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return logits.map((logit) => Math.exp(logit) / total);
  });
  return { features, probabilities };
}

function initial(name: string): Tensor {
  const parameter = network.parameters.get(name) ?? defaults.head.get(name);
  assert.ok(parameter !== undefined);
  return parameter.tensor;
}

function distance(a: Tensor, b: Tensor): number {
  const other = numbers(b);
  return Math.hypot(...numbers(a).map((element, i) => element - (other[i] ?? 0)));
}

function wave(length: number): number[] {
  return Array.from({ length }, (_, i) => 0.3 * Math.sin(1 + i * 1.7));
}

function numbers(tensor: Tensor): number[] {
  assert.ok(tensor.dtype === 'float32');
  return [...tensor.data];
}

test('what the loss does not depend on is named', () => {
  const blind: Network = {
    ...network,
    features: (images, scope) =>
      add(
        network.features(images, scope),
        reduceSum(cast(less(scope.parameter('spare'), 0), 'float32'), [0]),
      ),
    parameters: new Map([
      ...network.parameters,
      ['spare', { kind: 'weight', tensor: float32([3, FEATURES], wave(3 * FEATURES)) }],
    ]),
    groups: [{ name: 'all', parameters: ['weight', 'bias', 'spare'] }],
  };
  const { unreached, reached } = buildStep({
    ...defaults,
    network: blind,
    rateFactors: sameRates(blind),
  });
  assert.deepEqual(unreached, ['spare']);
  assert.equal(reached, 4);
  assert.deepEqual(buildStep(defaults).unreached, []);
});
