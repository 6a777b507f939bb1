import { gradients } from '../autodiff/gradients.js';
import { AdarandError, at, invariant } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { add } from '../graph/operators/add.js';
import { float32, type Shape, sizeOf } from '../graph/tensor.js';
import { input, scalar, type Value } from '../graph/value.js';
import type { Method, MethodInputs, Tensors } from '../methods/method.js';
import type { ParameterKind } from '../nn/network.js';
import { Random } from '../random.js';
import { applyMethod } from './apply-method.js';
import { fillNoise } from './noise.js';
import type { PretrainedStatistics } from './statistics.js';
import { StepParts } from './step-parts.js';

/** Numbers under a shape, row-major. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

export interface MethodLossInputs {
  /** [B][d] */
  readonly features: readonly (readonly number[])[];
  /** [B], from 0 to K - 1. */
  readonly labels: readonly number[];
  /** K */
  readonly classes: number;
  /** [B][K]; zeros unless given. */
  readonly logits?: readonly (readonly number[])[];
  readonly statistics?: PretrainedStatistics;
  /** weight [K][d] and bias [K]; zeros unless given. */
  readonly head?: { readonly weight: readonly (readonly number[])[]; readonly bias: readonly number[] };
  /** Trained tensors, and their pretrained values where they have one. */
  readonly parameters?: readonly {
    readonly name: string;
    readonly kind: ParameterKind;
    readonly value: Numbers;
    readonly pretrained?: ArrayLike<number>;
  }[];
  /** Intermediate maps by role, of the network and of the frozen source network. */
  readonly featureMaps?: Readonly<Record<string, Numbers>>;
  readonly pretrainedFeatureMaps?: Readonly<Record<string, Numbers>>;
  /** [B][d] */
  readonly pretrainedFeatures?: readonly (readonly number[])[];
  /** [B][S] */
  readonly pretrainedLogits?: readonly (readonly number[])[];
  /** Source images that go along with the batch: features [B][d], and labels below `classes`. */
  readonly sourceBatch?: {
    readonly features: readonly (readonly number[])[];
    readonly labels: readonly number[];
    readonly classes: number;
  };
  /** What its `prepare` would have made, by name. */
  readonly prepared?: Readonly<Record<string, Numbers>>;
  /** Factor of weights that go with the features' size; 1 unless given. */
  readonly featureScale?: number;
  /** The method's options; its defaults unless given. */
  readonly options?: unknown;
  /** What its random inputs are, in the order in which it asks for them; drawn with `seed` unless given. */
  readonly noise?: readonly ArrayLike<number>[];
  readonly seed?: number;
  /** Values of its state, by name; its initial values unless given. */
  readonly state?: Readonly<Record<string, ArrayLike<number>>>;
  /** 0-based, of `totalSteps`; sets the rates of a learned state, and is the place in the epoch. */
  readonly step?: number;
  readonly totalSteps?: number;
}

export interface MethodLossOutputs {
  /** The method's own classification loss; 0 for a method that keeps the cross-entropy. */
  readonly taskLoss: number;
  /** The term, before its weight; 0 for a method without one. */
  readonly penalty: number;
  /** The term that is added as it is; 0 for a method without one. */
  readonly extraLoss: number;
  /**
   * Gradients of task + term + addition, row-major: with respect to `features`, `logits`, `head.weight`, `head.bias`,
   * and whatever else was given: `pretrainedLogits`, `sourceBatch.features`, parameters by name, featureMaps by role; and the
   * method's own parameters.
   */
  readonly gradients: Readonly<Record<string, Float64Array>> & { readonly features: Float64Array };
  /** Gradients of the method's own objective, by the state that it trains; nothing for a method without one. */
  readonly stateGradients: Readonly<Record<string, Float64Array>>;
  /** Every state and scratch tensor after one step, by name, the slots of its own optimizer included. */
  readonly nextState: Readonly<Record<string, Float64Array>>;
  /** The method's own scalars: `objective` where it learns, and what else it logs. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Evaluates a method by itself, on given arrays, without a network and without ONNX Runtime: its terms, their
 * gradients, and one update of its state, in double precision. For tests, and for whoever designs a method.
 *
 * @throws AdarandError `method.inputs` where the arrays do not fit together.
 */
export function methodLoss(method: Method, inputs: MethodLossInputs): MethodLossOutputs {
  const { classes, labels } = inputs;
  const batchSize = inputs.features.length;
  const featureSize = inputs.features[0]?.length ?? 0;
  if (
    labels.length !== batchSize ||
    labels.some((label) => !Number.isInteger(label) || label < 0 || label >= classes)
  )
    throw new AdarandError(
      'method.inputs',
      `${labels.length} labels below ${classes} for ${batchSize} features`,
    );

  const feeds = new Map<string, Float64Array>();
  const provided = provideArrays(inputs, { batchSize, featureSize }, feeds);
  const parts = new StepParts();
  const options = optionsOf(method, inputs.options);
  const built = applyMethod(parts, {
    method,
    options,
    provided: provided.values,
    prepared: singles(inputs.prepared),
    ...{ batchSize, classes, featureSize },
    sourceClasses: inputs.sourceBatch?.classes ?? 0,
    featureScale: inputs.featureScale ?? 1,
  });
  const task = built.taskLoss ?? scalar(0);
  const term = built.penalty ?? scalar(0);
  const addition = built.extraLoss ?? scalar(0);

  const lasting = new Map([...parts.state, ...parts.fixed]);
  for (const [name, { data }] of lasting)
    feeds.set(name, Float64Array.from(inputs.state?.[bare(name)] ?? Array.from(data, Number)));
  parts.noise.forEach(({ name, distribution, shape }, i) => {
    const random = new Random(inputs.seed ?? 0, 'noise', inputs.step ?? 0, i);
    const drawn = Float64Array.from(inputs.noise?.[i] ?? { length: sizeOf(shape) });
    if (inputs.noise?.[i] === undefined) fillNoise(drawn, distribution, random);
    feeds.set(name, drawn);
  });
  const position = { step: inputs.step ?? 0, totalSteps: inputs.totalSteps ?? 1 };
  for (const [name, value] of parts.scalars) feeds.set(name, Float64Array.of(value(position)));

  for (const { when, updates } of parts.preSteps) {
    if (!when(position.step)) continue;
    const results = interpret([...updates.values()], feeds);
    [...updates.keys()].forEach((name, i) => {
      feeds.set(name, at(results, i));
    });
  }

  const trained = [...parts.trained.values()].map(({ name, value }) => [bare(name), value] as const);
  const targets = new Map([...provided.differentiable, ...trained]);
  const slopes = gradients(add(task, add(term, addition)), [...targets.values()]);
  const byName = (entries: ReadonlyMap<string, Value>) => {
    const results = interpret([...entries.values()], feeds);
    return Object.fromEntries([...entries.keys()].map((name, i) => [bare(name), at(results, i)]));
  };
  const slopeOf = byName(new Map([...targets.keys()].map((name, i) => [name, at(slopes, i)])));
  const { features } = slopeOf;
  invariant(features !== undefined, 'features are always differentiable');
  const unchanged = [...lasting.keys()].filter((name) => !parts.updates.has(name));
  const scalars = byName(new Map([...parts.outputs, ['task', task], ['term', term], ['addition', addition]]));
  return {
    taskLoss: at(scalars.task ?? [], 0),
    penalty: at(scalars.term ?? [], 0),
    extraLoss: at(scalars.addition ?? [], 0),
    gradients: { ...slopeOf, features },
    stateGradients: byName(parts.objectiveGradients),
    nextState: {
      ...Object.fromEntries(unchanged.map((name) => [bare(name), feeds.get(name) ?? new Float64Array()])),
      ...byName(parts.updates),
    },
    metrics: Object.fromEntries(Object.entries(scalars).map(([name, data]) => [name, at(data, 0)])),
  };
}

/** Given arrays as what a method can ask for, and the values among them that gradients are taken for. */
function provideArrays(
  inputs: MethodLossInputs,
  { batchSize, featureSize }: { batchSize: number; featureSize: number },
  feeds: Map<string, Float64Array>,
): { values: MethodInputs; differentiable: ReadonlyMap<string, Value> } {
  const { classes, labels, statistics } = inputs;
  const feed = (
    name: string,
    shape: Shape,
    data: ArrayLike<number> | undefined,
    dtype: 'float32' | 'int32' = 'float32',
  ) => {
    const array = data === undefined ? new Float64Array(sizeOf(shape)) : Float64Array.from(data);
    if (array.length !== sizeOf(shape))
      throw new AdarandError('method.inputs', `${name} has ${array.length} numbers instead of [${shape}]`);
    feeds.set(name, array);
    return input(name, { dtype, shape });
  };
  const maps = (prefix: string, given: Readonly<Record<string, Numbers>> = {}) =>
    new Map(Object.entries(given).map(([role, { shape, data }]) => [role, feed(prefix + role, shape, data)]));
  const features = feed('features', [batchSize, featureSize], inputs.features.flat());
  const logits = feed('logits', [batchSize, classes], inputs.logits?.flat());
  const head = {
    weight: feed('head.weight', [classes, featureSize], inputs.head?.weight.flat()),
    bias: feed('head.bias', [classes], inputs.head?.bias),
  };
  const parameters = (inputs.parameters ?? []).map(({ name, kind, value: { shape, data }, pretrained }) => ({
    name,
    kind,
    value: feed(name, shape, data),
    pretrained: pretrained && feed(`pretrained:${name}`, shape, pretrained),
  }));
  const featureMaps = maps('', inputs.featureMaps);
  const { pretrainedLogits: scores, sourceBatch: sampleSource } = inputs;
  const pretrainedLogits =
    scores && feed('pretrainedLogits', [batchSize, scores[0]?.length ?? 0], scores.flat());
  const sourceBatch = sampleSource && {
    features: feed(
      'sourceBatch.features',
      [sampleSource.labels.length, featureSize],
      sampleSource.features.flat(),
    ),
    labels: feed('sourceBatch.labels', [sampleSource.labels.length], sampleSource.labels, 'int32'),
    oneHot: feed(
      'sourceBatch.one_hot',
      [sampleSource.labels.length, sampleSource.classes],
      oneHotRows(sampleSource.labels, sampleSource.classes),
    ),
  };
  const missing = (what: string) =>
    new AdarandError('method.inputs', `the method needs ${what}`, `Give ${what}.`);
  const differentiable = new Map<string, Value>([
    ['features', features],
    ['logits', logits],
    ['head.weight', head.weight],
    ['head.bias', head.bias],
    ...parameters.map(({ name, value }) => [name, value] as const),
    ...featureMaps,
    ...(pretrainedLogits ? ([['pretrainedLogits', pretrainedLogits]] as const) : []),
    ...(sourceBatch ? ([['sourceBatch.features', sourceBatch.features]] as const) : []),
  ]);
  const values: MethodInputs = {
    ...{ features, logits, head, parameters, featureMaps },
    labels: feed('labels', [batchSize], labels, 'int32'),
    oneHot: feed('one_hot', [batchSize, classes], oneHotRows(labels, classes)),
    pretrainedFeatureMaps: maps('source:', inputs.pretrainedFeatureMaps),
    get pretrainedLogits() {
      if (pretrainedLogits === undefined) throw missing('pretrainedLogits');
      return pretrainedLogits;
    },
    get sourceBatch() {
      if (sourceBatch === undefined) throw missing('sourceBatch');
      return sourceBatch;
    },
    get pretrainedFeatures() {
      if (inputs.pretrainedFeatures === undefined) throw missing('pretrainedFeatures');
      return feed('source:features', [batchSize, featureSize], inputs.pretrainedFeatures.flat());
    },
    get classStatistics() {
      if (statistics === undefined) throw missing('statistics');
      return statistics.perClass;
    },
    get featureStatistics() {
      if (statistics === undefined) throw missing('statistics');
      return statistics.overall;
    },
  };
  return { values, differentiable };
}

function optionsOf(method: Method, given: unknown = {}): unknown {
  const result = method.options.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AdarandError('method.inputs', `options of ${method.name}: ${problems.join('; ')}`);
}

function oneHotRows(labels: readonly number[], classes: number): number[] {
  return labels.flatMap((label) => Array.from({ length: classes }, (_, k) => Number(k === label)));
}

function singles(given: Readonly<Record<string, Numbers>> = {}): Tensors {
  return Object.fromEntries(
    Object.entries(given).map(([name, { shape, data }]) => [name, float32(shape, Float32Array.from(data))]),
  );
}

/** A state's name as its method knows it. */
const bare = (name: string): string => name.replace(/^method\./, '');
