import assert from 'node:assert/strict';
import type { z } from 'zod';
import { at } from '../../src/errors.js';
import { type Shape, type Tensor, zeros } from '../../src/graph/tensor.js';
import { input } from '../../src/graph/value.js';
import { fineTuning } from '../../src/methods/fine-tuning.js';
import type { BackboneWeights } from '../../src/nn/backbone.js';
import { cifarResNet } from '../../src/nn/cifar-resnet.js';
import type { Head, Network, Parameter } from '../../src/nn/network.js';
import { backboneNamed } from '../../src/nn/registry.js';
import { constant } from '../../src/optimizers/schedules.js';
import { nodeDriver } from '../../src/runtime/node.js';
import type { State } from '../../src/runtime/state.js';
import { sameRates } from '../../src/training/rate-factors.js';
import { HEAD_BIAS, HEAD_WEIGHT } from '../../src/training/state-names.js';
import { buildStep, type StepOptions } from '../../src/training/step-graph.js';
import { Stepper } from '../../src/training/stepper.js';
import type { trainingSchema } from './golden-schemas.js';
import { tensorOf } from './lcg.js';

/** What golden files of training runs have in common. */
export type TrainingInputs = Pick<
  z.infer<typeof trainingSchema>,
  'templates' | 'imageNoise' | 'parameters' | 'buffers'
>;

/** What differs from run to run: the step's options, and what PyTorch was given in the place of random draws. */
export interface TrainingOptions
  extends Pick<StepOptions, 'optimizer' | 'learningRate'>,
    Partial<Omit<StepOptions, 'optimizer' | 'learningRate'>> {
  /** [step][B] */
  readonly labels: readonly (readonly number[])[];
  /** The method's random inputs, [step][input]. */
  readonly noise?: readonly (readonly Tensor<'float32'>[])[];
  /** Tensors of the state to be set before the first step. */
  readonly initial?: ReadonlyMap<string, Tensor>;
  readonly pretrainedHead?: Head;
  /** Factor on the learning rate of what is pretrained; 1 unless given. */
  readonly backboneRate?: number;
  /** All steps unless given. */
  readonly batchesPerEpoch?: number;
  /** Tensors of the state to be kept as they are after each step. */
  readonly keep?: readonly string[];
}

export interface TrainingRun {
  /** After the last step. */
  readonly state: State;
  /** A scalar output of each step. */
  series(name: string): number[];
  /** A tensor of `keep` after each step. */
  history(name: string): Float32Array[];
}

/** A network of the golden files. */
interface Trained {
  build(weights: BackboneWeights): Network;
  /** PyTorch's name of the head. */
  readonly head: string;
}

export const resNet20: Trained = {
  build: (weights) => cifarResNet(20, weights, { activation: 'silu' }),
  head: 'linear',
};

export const resNet18: Trained = { build: (weights) => backboneNamed('resnet18', weights), head: 'fc' };

/**
 * Trains the network of a golden file (every parameter a weight) as many steps as it has noise for. Plain fine-tuning at a
 * constant rate, without weight decay, unless options say otherwise.
 */
export async function trainNetwork(
  { build, head }: Trained,
  golden: TrainingInputs,
  options: TrainingOptions,
): Promise<TrainingRun> {
  const steps = golden.imageNoise.length;
  const { labels, noise = [], initial = new Map(), pretrainedHead, ...others } = options;
  const { keep = [], batchesPerEpoch = steps, backboneRate = 1, ...varied } = others;
  const tensors = new Map(
    [...golden.parameters, ...golden.buffers].map((recipe) => [recipe.name, tensorOf(recipe)]),
  );
  const batchSize = at(labels, 0).length;
  const network = build({ tensors });
  const weight = (name: string): Parameter => ({
    kind: 'weight',
    tensor: tensors.get(name) ?? zeros('float32', []),
  });
  const imageSize = at(golden.templates.shape, 2);
  const shape = { batchSize, imageSize, classes: at(golden.templates.shape, 0), accumulate: 1 };
  const graph = buildStep({
    ...shape,
    network: {
      ...overFloats(network, [batchSize, 3, imageSize, imageSize]),
      ...(pretrainedHead && { pretrainedHead }),
    },
    head: new Map([
      [HEAD_WEIGHT, weight(`${head}.weight`)],
      [HEAD_BIAS, weight(`${head}.bias`)],
    ]),
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    schedule: constant,
    weightDecay: 0,
    rateFactors: sameRates(network, backboneRate),
    batchNorm: 'train',
    ...varied,
  });
  const stepper = await Stepper.compile(graph, shape, { driver: nodeDriver, device: 'cpu' });
  for (const [name, tensor] of initial) stepper.state.set(name, tensor);

  const images = zeros('float32', [batchSize, 3, imageSize, imageSize]);
  stepper.feeds.tensors.set('images', images);
  const templates = tensorOf(golden.templates).data;
  const records: ReadonlyMap<string, number>[] = [];
  const kept = new Map(keep.map((name): [string, Float32Array[]] => [name, []]));
  for (let step = 0; step < steps; step++) {
    const classes = at(labels, step);
    fillImages(images.data, templates, tensorOf(at(golden.imageNoise, step)).data, classes);
    // In the place of the buffers that the step draws into.
    noise[step]?.forEach((tensor, i) => {
      stepper.feeds.tensors.set(`method.noise${i}`, tensor);
    });
    const batch = { pixels: new Uint8Array(), labels: Int32Array.from(classes), count: batchSize };
    const position = { batch: step, batchesPerEpoch, totalBatches: steps };
    const outputs = await stepper.step(batch, position, 0);
    records.push(new Map([...outputs].map(([name, { data }]) => [name, Number(data[0])])));
    for (const [name, values] of kept) values.push(Float32Array.from(stepper.state.get(name).data, Number));
  }
  await stepper.release();
  return {
    state: stepper.state,
    series: (name) => records.map((record) => record.get(name) ?? Number.NaN),
    history: (name) => kept.get(name) ?? [],
  };
}

/** Norms of all parameters and running statistics, beside PyTorch's; of ResNet-20 they were measured to differ by about 1e-6. */
export function assertNorms(
  { parameters, buffers }: TrainingInputs,
  { state }: TrainingRun,
  tolerance = 1e-4,
): void {
  for (const { name, normAfter } of [...parameters, ...buffers]) {
    const values = Float32Array.from(state.get(name.replace(/^(linear|fc)\./, 'head.')).data, Number);
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
    const error = Math.abs(norm - normAfter) / Math.max(normAfter, 1e-2);
    assert.ok(error < tolerance, `${name}: ${norm} for ${normAfter}`);
  }
}

/** The same network on an input of floats; PyTorch's golden runs decay every parameter, so all are weights. */
function overFloats(network: Network, shape: Shape): Network {
  return {
    ...network,
    parameters: new Map(
      [...network.parameters].map(([name, { tensor }]) => [name, { kind: 'weight', tensor }]),
    ),
    features: (_images, scope) => network.features(input('images', { dtype: 'float32', shape }), scope),
  };
}

/** Image i = its class's template plus the step's noise, one float32 addition. */
function fillImages(
  images: Float32Array,
  templates: Float32Array,
  noise: Float32Array,
  labels: readonly number[],
): void {
  const size = images.length / labels.length;
  labels.forEach((label, i) => {
    for (let j = 0; j < size; j++)
      images[i * size + j] = (templates[label * size + j] ?? 0) + (noise[i * size + j] ?? 0);
  });
}
