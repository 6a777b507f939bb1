import { gradients } from '../autodiff/gradients.js';
import { at, invariant } from '../errors.js';
import { add, mul, scalar } from '../graph/ops.js';
import type { Tensor, Tensors } from '../graph/tensor.js';
import { isConstantOf, type Value } from '../graph/value.js';
import type { InputMakers, TrainedParameter } from '../methods/inputs.js';
import type { LambdaScales } from '../methods/lambda-unit.js';
import type { BoundMethod } from '../methods/method.js';
import type { Network, Parameter } from '../nn/network.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../optimizers/schedules.js';
import type { Initial } from '../runtime/state.js';
import { applyMethod } from './apply-method.js';
import { diagnostics } from './diagnostics.js';
import { type ForwardPass, forwardPass } from './forward-pass.js';
import { inputMakers } from './method-inputs.js';
import { ownTaskLoss } from './own-task-loss.js';
import { headRates, type RateFactors } from './rate-factors.js';
import { HEAD_WEIGHT } from './state-names.js';
import type { PretrainedStatistics } from './statistics.js';
import { type HostScalar, known, type NoiseInput, type PreStepGraph, StepParts } from './step-parts.js';
import { addUpdates, type StepPrograms, type UpdateOptions } from './step-updates.js';
import { isPlain, type TaskLossOptions, taskLossOf } from './task-loss.js';
import { withoutEffect } from './without-effect.js';

export interface StepOptions extends UpdateOptions {
  readonly network: Network;
  readonly head: ReadonlyMap<string, Parameter>;
  readonly batchSize: number;
  readonly imageSize: number;
  readonly classes: number;
  readonly method: BoundMethod;
  /** Weight of the method's penalty; 0 leaves all of the method's losses out, and still reports the penalty. */
  readonly lambda: number;
  /** Present if the method needs it. */
  readonly statistics: PretrainedStatistics | undefined;
  /** What the method's `prepare` made; nothing unless given. */
  readonly prepared?: Tensors | undefined;
  /** Classes of the source images; 0, for no such images, unless given. */
  readonly sourceClasses?: number;
  /** See `LossTools`; raw unless given. */
  readonly lambdaScales?: LambdaScales | 'raw';
  /** The run's, by which a method draws what it draws once; 0 unless given. */
  readonly seed?: number;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** What of the network is trained, and how fast; a method that trains the head alone leaves the rest frozen. */
  readonly rateFactors: RateFactors;
  /** Whether BatchNorm, where it is trained, uses the batch's statistics, or keeps the pretrained ones. */
  readonly batchNorm: 'train' | 'frozen';
  /** The plain cross-entropy unless given. */
  readonly taskLoss?: TaskLossOptions;
}

export interface StepGraph extends StepPrograms {
  /** Programs over the state alone, to be run before a step if they are due. */
  readonly preSteps: readonly PreStepGraph[];
  /** Initial value of every state tensor. */
  readonly state: ReadonlyMap<string, Initial>;
  /** Tensors that are in no checkpoint: they never change, or are made anew for each step. */
  readonly fixed: ReadonlyMap<string, Tensor>;
  /** Random inputs to draw for each batch. */
  readonly noise: readonly NoiseInput[];
  /** Scalars to compute for each update. */
  readonly scalars: ReadonlyMap<string, HostScalar>;
  /** Names of what would be trained if the loss depended on it. */
  readonly unreached: readonly string[];
  /** How many tensors the loss depends on, and trains. */
  readonly reached: number;
  /** The method's losses that have no gradient for anything that is trained, in words. */
  readonly withoutEffect: readonly string[];
  /** Classes of the source images that go along with each batch; 0 where none do. */
  readonly sourceClasses: number;
}

/**
 * One training step as a graph: normalise, forward, cross-entropy, the method's losses, gradients, optimizer, running
 * statistics, the method's own state. The host reads back a few scalars and the logits.
 */
export function buildStep(options: StepOptions): StepGraph {
  const { network, method, lambda } = options;
  const parts = new StepParts();
  const rates = method.trains === 'head' ? headRates(options.rateFactors.head) : options.rateFactors;
  const forward = forwardPass({
    ...options,
    sourceClasses: hasSourceBatch(options) ? (options.sourceClasses ?? 0) : 0,
    training: (scale) => options.batchNorm === 'train' && rates.backbone.has(scale),
  });
  const used = declareNetwork(parts, options, rates, forward);
  const makers = inputMakers(parts, network, forward, {
    trained: used,
    statistics: options.statistics,
    trainsPretrainedHead: rates.pretrainedHead !== undefined,
    crossEntropy: taskLossOf(forward.logits, forward.oneHot, options.taskLoss ?? {}),
  });
  const { loss, taskLoss, losses } = lossesOf(parts, options, makers);

  const ownParameters = [...parts.trained.values()];
  const trained = [...new Map([...used, ...ownParameters].map((each) => [each.name, each])).values()];
  const values = (parameters: readonly Used[]) => parameters.map(({ value }) => value);
  const raw = gradients(loss, values(trained));
  const gradientOf = new Map(trained.map(({ name }, i) => [name, at(raw, i)]));

  parts.outputs.set('loss', loss);
  parts.outputs.set('task_loss', taskLoss);
  parts.outputs.set('penalty', losses.penalty ?? scalar(0));
  const { features, logits } = forward;
  const measured = { features, logits, headWeightGradient: known(gradientOf, HEAD_WEIGHT) };
  for (const [name, measure] of Object.entries(diagnostics)) parts.outputs.set(name, measure(measured));
  parts.outputs.set('logits', logits);

  const programs = addUpdates(parts, options, {
    trained: trained.map((each) => ({ ...each, rateFactor: rateFactorOf(each.name, parts, options, rates) })),
    gradientOf,
    runningStatistics: forward.scope.bufferUpdates,
    rules: losses.rules ?? new Map(),
  });
  const unreached = trained.flatMap(({ name }) => (isConstantOf(known(gradientOf, name), 0) ? [name] : []));
  return {
    ...programs,
    preSteps: parts.preSteps,
    state: parts.state,
    fixed: parts.fixed,
    noise: parts.noise,
    scalars: parts.scalars,
    unreached,
    reached: trained.length - unreached.length,
    withoutEffect: lambda === 0 ? [] : withoutEffect(method.name, losses, values(used)),
    sourceClasses: forward.sourceBatch === undefined ? 0 : (options.sourceClasses ?? 0),
  };
}

/** What is trained, before a method has asked for its pretrained values. */
type Used = Omit<TrainedParameter, 'pretrained'>;

/** A method with weight 0 is plain fine-tuning, to the bit: then no source images pass the normalisations either. */
function hasSourceBatch({ method, lambda }: StepOptions): boolean {
  return lambda !== 0 && method.needs.includes('sourceBatch');
}

/**
 * Every tensor of the network and the head becomes state, used by this graph or not; the order is the network's own. Returns
 * what of them the forward pass has read and is trained.
 */
function declareNetwork(
  parts: StepParts,
  { network, head }: StepOptions,
  { backbone }: RateFactors,
  { scope, headParameters }: ForwardPass,
): Used[] {
  const declared = new Map([...network.parameters, ...head]);
  for (const [name, { tensor }] of declared) parts.state.set(name, tensor);
  for (const [name, tensor] of network.buffers) parts.state.set(name, tensor);
  for (const [name, next] of scope.bufferUpdates) parts.updates.set(name, next);
  return [...declared].flatMap(([name, { kind }]) => {
    const value = scope.parameters.get(name) ?? headParameters.get(name);
    const isTrained = head.has(name) || backbone.has(name);
    return value === undefined || !isTrained ? [] : [{ name, kind, value }];
  });
}

/** What is minimised, of what it is made, and what the method has besides. */
function lossesOf(parts: StepParts, options: StepOptions, makers: InputMakers) {
  const { method, lambda, batchSize, classes, network, prepared = {} } = options;
  const { sourceClasses = 0, lambdaScales = 'raw', seed = 0, taskLoss: given = {} } = options;
  const sizes = { batchSize, classes, featureSize: network.featureSize, sourceClasses, seed };
  const isPossible = hasSourceBatch(options) || !method.needs.includes('sourceBatch');
  const losses = isPossible ? applyMethod(parts, { method, makers, prepared, ...sizes, lambdaScales }) : {};
  if (lambda === 0) return { losses, taskLoss: makers.crossEntropy(), loss: makers.crossEntropy() };
  const { labelSmoothing = 0, classWeights } = given;
  if (losses.taskLoss !== undefined && !isPlain(given))
    throw ownTaskLoss(method.name, { labelSmoothing, weighted: classWeights !== undefined });
  const taskLoss = losses.taskLoss ?? makers.crossEntropy();
  const added = [losses.penalty && mul(losses.penalty, lambda), losses.extraLoss];
  const loss = added.reduce((sum: Value, each) => (each === undefined ? sum : add(sum, each)), taskLoss);
  return { losses, taskLoss, loss };
}

/** The factor on the learning rate of a parameter: the method's own have 1. */
function rateFactorOf(
  name: string,
  { trained }: StepParts,
  { head }: StepOptions,
  rates: RateFactors,
): number {
  const own = trained.get(name);
  if (own !== undefined && own.pretrained === undefined) return 1;
  const pretrained = own === undefined ? rates.backbone.get(name) : rates.pretrainedHead;
  const factor = head.has(name) ? rates.head : pretrained;
  invariant(factor !== undefined, `${name} is trained without a rate`);
  return factor;
}
