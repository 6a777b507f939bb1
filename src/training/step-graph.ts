import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { concat } from '../graph/operators/concat.js';
import { div } from '../graph/operators/div.js';
import { max } from '../graph/operators/max.js';
import { mul } from '../graph/operators/mul.js';
import { reduceMean } from '../graph/operators/reduce-mean.js';
import { slice } from '../graph/operators/slice.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { type Tensor, zeros } from '../graph/tensor.js';
import { input, scalar, type Value } from '../graph/value.js';
import type { Method, SourceBatch, Tensors } from '../methods/method.js';
import { total } from '../methods/shared/distances.js';
import type { Network, Parameter } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../optimizers/schedules.js';
import type { ProgramGraph } from '../runtime/program.js';
import { type AppliedMethod, applyMethod } from './apply-method.js';
import {
  applyHead,
  buildFeatures,
  HEAD_BIAS,
  HEAD_WEIGHT,
  LABELS,
  normalize,
  ONE_HOT,
  PIXELS,
  sourceInput,
} from './classifier.js';
import { crossEntropy } from './loss.js';
import { provide } from './method-inputs.js';
import type { PretrainedStatistics } from './statistics.js';
import {
  applyOptimizer,
  type HostScalar,
  type NoiseInput,
  type PreStepGraph,
  StepParts,
} from './step-parts.js';

export interface StepOptions {
  readonly network: Network;
  readonly head: ReadonlyMap<string, Parameter>;
  readonly batchSize: number;
  readonly imageSize: number;
  readonly classes: number;
  readonly method: Method;
  readonly methodOptions: unknown;
  /** Weight of the method's term; 0 leaves it out of the loss, and still reports it. */
  readonly lambda: number;
  /** Present if the method needs it. */
  readonly statistics: PretrainedStatistics | undefined;
  /** What the method's `prepare` made; nothing unless given. */
  readonly prepared?: Tensors | undefined;
  /** Classes of the source images; 0, for no such images, unless given. */
  readonly sourceClasses?: number;
  /** See `LossTools`; 1 unless given. */
  readonly featureScale?: number;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Applied to kernels and matrices only, not to biases and normalisations. */
  readonly weightDecay: number;
  /** Factor on the backbone's learning rate; the head's is 1. */
  readonly backboneLrScale: number;
  /** Upper limit on the L2 norm of all gradients together. */
  readonly clipGradNorm?: number | undefined;
  /** Batches whose gradients are averaged into one update. */
  readonly accumulate: number;
  /** Decay of an exponential average of the parameters. */
  readonly emaDecay?: number | undefined;
  /** Whether BatchNorm uses the batch's statistics, or keeps the pretrained ones. */
  readonly batchNorm: 'train' | 'frozen';
}

export interface StepGraph {
  /** Computes gradients and updates everything. */
  readonly update: ProgramGraph;
  /** Computes gradients and keeps their sum; only where `accumulate` > 1. */
  readonly collect: ProgramGraph | undefined;
  /** Programs over the state alone, to be run before a step whose turn they have. */
  readonly preSteps: readonly PreStepGraph[];
  /** Initial value of every state tensor. */
  readonly state: ReadonlyMap<string, Tensor>;
  /** Tensors that are in no checkpoint: they never change, or are made anew for each step. */
  readonly fixed: ReadonlyMap<string, Tensor>;
  /** Random inputs to draw for each batch. */
  readonly noise: readonly NoiseInput[];
  /** Scalars to compute for each update. */
  readonly scalars: ReadonlyMap<string, HostScalar>;
  /** Classes of the source images that go along with each batch; 0 where none do. */
  readonly sourceClasses: number;
}

/** The name under which the average of a parameter is kept. */
export const emaOf = (name: string): string => `${name}:average`;

const sumOf = (name: string): string => `${name}:gradients`;

/**
 * One training step as a graph: normalise, forward, cross-entropy, method, gradients, optimizer, running
 * statistics, the method's own state. What the host reads back are a few scalars and the logits.
 */
export function buildStep(options: StepOptions): StepGraph {
  const { network, head, batchSize: B, imageSize, classes: K, lambda, accumulate } = options;
  const parts = new StepParts();
  const probes = options.method.trains === 'head';
  const scope = recordingScope(network, { training: options.batchNorm === 'train' && !probes });

  const pixels = input(PIXELS, { dtype: 'uint8', shape: [B, imageSize, imageSize, 3] });
  const labels = input(LABELS, { dtype: 'int32', shape: [B] });
  const oneHot = input(ONE_HOT, { dtype: 'float32', shape: [B, K] });
  const images = normalize(pixels, network.preprocessing);
  // A method with weight 0 is plain fine-tuning, to the bit: then no source images pass the normalisations either.
  const on = lambda !== 0;
  const joint = options.method.needs.includes('sourceBatch');
  const source = joint && on ? sourceInputs(options) : undefined;
  const seen =
    source === undefined ? images : normalize(concat([pixels, source.pixels], 0), network.preprocessing);
  const { features: all } = buildFeatures(network, seen, scope);
  const ofBatch = (value: Value) => (source === undefined ? value : slice(value, 0, 0, B));
  const features = ofBatch(all);
  const headParameters = new Map([...head].map(([name, { tensor }]) => [name, input(name, tensor)]));
  const weight = known(headParameters, HEAD_WEIGHT);
  const bias = known(headParameters, HEAD_BIAS);
  const logits = applyHead(features, weight, bias);

  // Every tensor of the network is state, used by this graph or not; the order is the network's own.
  const declared = new Map([...network.parameters, ...head]);
  for (const [name, { tensor }] of declared) parts.state.set(name, tensor);
  for (const [name, tensor] of network.buffers) parts.state.set(name, tensor);
  for (const [name, next] of scope.bufferUpdates) parts.updates.set(name, next);
  const used = [...declared].flatMap(([name, { kind }]) => {
    const value = scope.parameters.get(name) ?? headParameters.get(name);
    return value === undefined || (probes && !head.has(name)) ? [] : [{ name, kind, value }];
  });

  const featureMaps = new Map([...scope.featureMaps].map(([role, map]) => [role, ofBatch(map)]));
  const provided = provide(parts, network, images, {
    ...{ features, logits, labels, oneHot, head: { weight, bias }, featureMaps },
    trained: used,
    statistics: options.statistics,
    sourceBatch: source && { ...source, features: slice(all, 0, B, 2 * B) },
  });
  const { prepared = {}, sourceClasses = 0, featureScale = 1 } = options;
  const built: AppliedMethod =
    joint && !on
      ? {}
      : applyMethod(parts, {
          ...{ method: options.method, options: options.methodOptions, provided, prepared },
          ...{ batchSize: B, classes: K, featureSize: network.featureSize, sourceClasses, featureScale },
        });
  const { penalty } = built;
  const task = (on ? built.taskLoss : undefined) ?? crossEntropy(logits, oneHot);
  const terms = on ? [penalty && mul(penalty, scalar(lambda)), built.extraLoss] : [];
  const loss = terms.reduce((sum: Value, each) => (each === undefined ? sum : add(sum, each)), task);

  const trained = new Map([...used, ...parts.trained.values()].map((each) => [each.name, each]));
  const raw = gradients(
    loss,
    [...trained.values()].map(({ value }) => value),
  );
  const fresh = new Map([...trained.keys()].map((name, i) => [name, at(raw, i)]));

  parts.outputs.set('loss', loss);
  parts.outputs.set('task_loss', task);
  parts.outputs.set('penalty', penalty ?? scalar(0));
  parts.outputs.set('mean_feature_norm', norm([reduceMean(features, [0])]));
  parts.outputs.set('head_gradient_norm', norm([known(fresh, HEAD_WEIGHT)]));
  parts.outputs.set('logits', logits);
  const outputs = new Map(parts.outputs);

  const perBatch = new Map([...scope.bufferUpdates, ...(built.rules ?? [])]);
  const collect = accumulate > 1 ? collectSums(parts, fresh, perBatch, outputs) : undefined;
  const summed =
    collect === undefined
      ? fresh
      : new Map([...collect.sums].map(([name, sum]) => [name, mul(sum, scalar(1 / accumulate))]));
  const clipped = options.clipGradNorm === undefined ? summed : clip(summed, options.clipGradNorm);

  const { optimizer, learningRate, schedule } = options;
  const scalars = parts.addOptimizer(
    'optimizer',
    optimizer,
    ({ step, totalSteps }) => learningRate * schedule(step, totalSteps),
  );
  for (const { name, kind, value } of trained.values()) {
    const pretrained = network.parameters.has(name) || parts.trained.get(name)?.pretrained !== undefined;
    const next = applyOptimizer(parts, {
      name,
      parameter: value,
      gradient: known(clipped, name),
      optimizer,
      scalars,
      weightDecay: kind === 'weight' ? options.weightDecay : 0,
      rate: pretrained ? options.backboneLrScale : 1,
    });
    if (options.emaDecay !== undefined) average(parts, name, value, next, options.emaDecay);
  }
  return {
    update: { outputs, updates: parts.updates },
    collect: collect?.graph,
    preSteps: parts.preSteps,
    state: parts.state,
    fixed: parts.fixed,
    noise: parts.noise,
    scalars: parts.scalars,
    sourceClasses: source === undefined ? 0 : sourceClasses,
  };
}

/** The inputs of the source images of a step. */
function sourceInputs({ batchSize, imageSize, sourceClasses = 0 }: StepOptions) {
  const declare = (name: string, dtype: 'uint8' | 'int32' | 'float32', ...shape: readonly number[]) =>
    input(sourceInput(name), { dtype, shape: [batchSize, ...shape] });
  return {
    pixels: declare(PIXELS, 'uint8', imageSize, imageSize, 3),
    labels: declare(LABELS, 'int32'),
    oneHot: declare(ONE_HOT, 'float32', sourceClasses),
  } satisfies Omit<SourceBatch, 'features'> & { readonly pixels: Value };
}

/** Gradient accumulation: a graph that only adds to the sums, and the sums that the updating graph uses and clears. */
function collectSums(
  parts: StepParts,
  gradientOf: ReadonlyMap<string, Value>,
  perBatch: ReadonlyMap<string, Value>,
  outputs: ReadonlyMap<string, Value>,
) {
  const sums = new Map<string, Value>();
  const updates = new Map(perBatch);
  for (const [name, gradient] of gradientOf) {
    const sum = add(parts.addState(sumOf(name), zeros('float32', gradient.shape)), gradient);
    sums.set(name, sum);
    updates.set(sumOf(name), sum);
    parts.updates.set(sumOf(name), scalar(0, gradient.shape));
  }
  return { sums, graph: { outputs, updates } satisfies ProgramGraph };
}

/** average <- decay average + (1 - decay) parameter, starting from the pretrained value. */
function average(parts: StepParts, name: string, parameter: Value, next: Value, decay: number): void {
  const initial = parts.state.get(name) ?? zeros('float32', parameter.shape);
  const before = parts.addState(emaOf(name), initial);
  parts.updates.set(emaOf(name), add(mul(before, scalar(decay)), mul(next, scalar(1 - decay))));
}

/** Scales all gradients so that their joint norm is at most `limit` (Pascanu et al. 2013). */
function clip(gradientOf: ReadonlyMap<string, Value>, limit: number): Map<string, Value> {
  const factor = div(scalar(limit), max(norm([...gradientOf.values()]), scalar(limit)));
  return new Map([...gradientOf].map(([name, gradient]) => [name, mul(gradient, factor)]));
}

/** The L2 norm of all elements of all values: a scalar. */
function norm(values: readonly Value[]): Value {
  return sqrt(values.map((value) => total(mul(value, value))).reduce(add));
}

function known(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`the step has no ${name}`);
  return value;
}
