import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { at } from '../errors.js';
import { type Tensor, zeros } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import type { Network, Parameter } from '../nn/network.js';
import { adamw } from '../optimizers/adam.js';
import { constant } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import { adarand } from '../regularizers/adarand.js';
import { fineTuning } from '../regularizers/fine-tuning.js';
import { nodeDriver } from '../runtime/node.js';
import { Program } from '../runtime/program.js';
import { State } from '../runtime/state.js';
import { readGolden } from '../testing/golden.js';
import { adarandTrainingSchema, trainingSchema } from '../testing/golden-schemas.js';
import { tensorOf } from '../testing/lcg.js';
import { worstError } from '../testing/samples.js';
import { HEAD_BIAS, HEAD_WEIGHT } from './classifier.js';
import { Feeds } from './feeds.js';
import { buildStep, type StepOptions } from './step-graph.js';

type Golden = z.infer<typeof trainingSchema>;

const BATCH = 16;
const CLASSES = 10;
const STEPS = 50;

test('fifty steps of ResNet-20 with SGD and Nesterov momentum follow PyTorch', async () => {
  const golden = readGolden('training-sgd', trainingSchema);
  assert.equal(golden.optimizer.name, 'sgd');
  const run = await train(golden, { optimizer: sgd(), learningRate: golden.optimizer.lr });
  assertFollows(golden, run);
});

test('fifty steps of ResNet-20 with AdamW follow PyTorch', async () => {
  const golden = readGolden('training-adamw', trainingSchema);
  assert.ok(golden.optimizer.name === 'adamw');
  const run = await train(golden, {
    optimizer: adamw(),
    learningRate: golden.optimizer.lr,
    weightDecay: golden.optimizer.weight_decay,
  });
  assertFollows(golden, run);
});

test('fifty steps of ResNet-20 with AdaRand follow PyTorch: losses, terms, priors', async () => {
  const golden = readGolden('training-adarand', adarandTrainingSchema);
  const statistics = {
    perClass: { mean: tensorOf(golden.mean), std: tensorOf(golden.std) },
    overall: { mean: zeros('float32', [64]), std: zeros('float32', [64]) },
    meanSquare: 1,
  };
  const run = await train(golden, {
    optimizer: sgd(),
    learningRate: golden.optimizer.lr,
    regularizer: adarand,
    regularizerOptions: adarand.options.parse({}),
    lambda: golden.adarand.lambda,
    statistics,
    noise: golden.featureNoise.map(tensorOf),
  });
  assertFollows(golden, run);
  assert.ok(worstError(run.series('regularization'), golden.terms) < 1e-4);
  assert.ok(worstError(run.series('regularizer.objective'), golden.objectives) < 1e-4);
  for (const { step, mean, running } of golden.states) {
    const state = at(run.priors, step - 1);
    assert.ok(worstError(state.mean, mean.flat()) < 1e-4, `mean at step ${step}`);
    assert.ok(worstError(state.running, running.flat()) < 1e-4, `running mean at step ${step}`);
  }
});

interface Run {
  readonly state: State;
  readonly priors: readonly { mean: Float32Array; running: Float32Array }[];
  series(name: string): number[];
}

type Varied = Pick<StepOptions, 'optimizer' | 'learningRate'> &
  Partial<StepOptions> & { readonly noise?: readonly Tensor<'float32'>[] };

async function train(golden: Golden, { noise, ...varied }: Varied): Promise<Run> {
  const tensors = new Map(
    [...golden.parameters, ...golden.buffers].map((recipe) => [recipe.name, tensorOf(recipe)]),
  );
  const network = overFloats(cifarResNet(20, { tensors }, { activation: 'silu' }));
  const tensor = (name: string) => tensors.get(name) ?? zeros('float32', []);
  const shape = { batchSize: BATCH, imageSize: 32, classes: CLASSES };
  const graph = buildStep({
    ...shape,
    network,
    head: new Map<string, Parameter>([
      [HEAD_WEIGHT, { kind: 'weight', tensor: tensor('linear.weight') }],
      [HEAD_BIAS, { kind: 'weight', tensor: tensor('linear.bias') }],
    ]),
    regularizer: fineTuning,
    regularizerOptions: {},
    lambda: 0,
    statistics: undefined,
    schedule: constant,
    weightDecay: 0,
    backboneRate: 1,
    accumulate: 1,
    batchNorm: 'train',
    ...varied,
  });
  const program = await Program.compile(graph.update, { driver: nodeDriver, device: 'cpu' });
  const state = new State();
  for (const [name, initial] of graph.state) state.add(name, initial);
  const feeds = new Feeds(shape, graph);
  const images = zeros('float32', [BATCH, 3, 32, 32]);
  feeds.tensors.set('images', images);
  const templates = tensorOf(golden.templates);
  const records: ReadonlyMap<string, number>[] = [];
  const priors: { mean: Float32Array; running: Float32Array }[] = [];
  for (let step = 0; step < STEPS; step++) {
    feeds.setBatch({ pixels: new Uint8Array(), labels: Int32Array.from(golden.labels), count: BATCH });
    fillImages(images.data, templates.data, tensorOf(at(golden.imageNoise, step)).data, golden.labels);
    feeds.setScalars(step, STEPS);
    const draw = noise?.[step];
    if (draw !== undefined) feeds.tensors.set('regularizer.noise0', draw);
    const outputs = await program.run(state, feeds.tensors);
    records.push(new Map([...outputs].map(([name, { data }]) => [name, Number(data[0])])));
    if (draw !== undefined)
      priors.push({
        mean: copyOf(state, 'regularizer.mean'),
        running: copyOf(state, 'regularizer.runningMean'),
      });
  }
  await program.release();
  return { state, priors, series: (name) => records.map((record) => record.get(name) ?? Number.NaN) };
}

function assertFollows(golden: Golden, run: Run): void {
  // Measured: about 1e-6; PyTorch's own float32 differs from float64 by as much.
  assert.ok(worstError(run.series('task_loss'), golden.losses) < 1e-4, 'losses');
  for (const { name, normAfter } of [...golden.parameters, ...golden.buffers]) {
    const { data } = run.state.get(name.replace('linear.', 'head.'));
    const norm = Math.hypot(...Array.from(data, Number));
    assert.ok(
      Math.abs(norm - normAfter) < 1e-4 * Math.max(normAfter, 1e-2),
      `${name}: ${norm} for ${normAfter}`,
    );
  }
}

/** The same network on an input of floats; PyTorch's golden run decays every parameter, so all are weights. */
function overFloats(network: Network): Network {
  return {
    ...network,
    parameters: new Map(
      [...network.parameters].map(([name, { tensor }]) => [name, { kind: 'weight', tensor }]),
    ),
    features: (_images, scope) =>
      network.features(input('images', { dtype: 'float32', shape: [BATCH, 3, 32, 32] }), scope),
  };
}

/** Image i = its class's template plus the step's noise, one float32 addition. */
function fillImages(
  images: Float32Array,
  templates: Float32Array,
  noise: Float32Array,
  labels: readonly number[],
): void {
  const size = 3 * 32 * 32;
  labels.forEach((label, i) => {
    for (let j = 0; j < size; j++)
      images[i * size + j] = (templates[label * size + j] ?? 0) + (noise[i * size + j] ?? 0);
  });
}

function copyOf(state: State, name: string): Float32Array {
  return Float32Array.from(state.get(name).data, Number);
}
