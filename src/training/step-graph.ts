import { gradients } from '../autodiff/gradients.js';
import { at, invariant } from '../errors.js';
import { add, mul, scalar } from '../graph/ops.js';
import type { Tensor, Tensors } from '../graph/tensor.js';
import { isConstantOf, type Value } from '../graph/value.js';
import type { LambdaScales } from '../methods/lambda-unit.js';
import type { BoundMethod } from '../methods/method.js';
import type { Network, Parameter } from '../nn/network.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../optimizers/schedules.js';
import type { Initial } from '../runtime/state.js';
import { applyMethod } from './apply-method.js';
import { diagnostics } from './diagnostics.js';
import { forwardPass } from './forward-pass.js';
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
  const { network, head, batchSize: B, imageSize, classes: K, lambda, method } = options;
  const { prepared = {}, sourceClasses = 0, lambdaScales = 'raw' } = options;
  const parts = new StepParts();
  const rates = method.trains === 'head' ? headRates(options.rateFactors.head) : options.rateFactors;
  // A method with weight 0 is plain fine-tuning, to the bit: then no source images pass the normalisations either.
  const on = lambda !== 0;
  const joint = method.needs.includes('sourceBatch');
  const forward = forwardPass({
    network,
    head,
    batchSize: B,
    imageSize,
    classes: K,
    sourceClasses: joint && on ? sourceClasses : 0,
    training: (scale) => options.batchNorm === 'train' && rates.backbone.has(scale),
  });
  const { scope, headParameters, features, logits, oneHot } = forward;

  // Every tensor of the network is state, used by this graph or not; the order is the network's own.
  const declared = new Map([...network.parameters, ...head]);
  for (const [name, { tensor }] of declared) parts.state.set(name, tensor);
  for (const [name, tensor] of network.buffers) parts.state.set(name, tensor);
  for (const [name, next] of scope.bufferUpdates) parts.updates.set(name, next);
  const used = [...declared].flatMap(([name, { kind }]) => {
    const value = scope.parameters.get(name) ?? headParameters.get(name);
    const isTrained = head.has(name) || rates.backbone.has(name);
    return value === undefined || !isTrained ? [] : [{ name, kind, value }];
  });

  const { taskLoss: given = {} } = options;
  const crossEntropy = taskLossOf(logits, oneHot, given);
  const makers = inputMakers(parts, network, forward, {
    trained: used,
    statistics: options.statistics,
    trainsPretrainedHead: rates.pretrainedHead !== undefined,
    crossEntropy,
  });
  const sizes = { batchSize: B, classes: K, featureSize: network.featureSize, sourceClasses, lambdaScales };
  const losses = joint && !on ? {} : applyMethod(parts, { method, makers, prepared, ...sizes });
  const own = on ? losses.taskLoss : undefined;
  const { labelSmoothing = 0, classWeights } = given;
  if (own !== undefined && !isPlain(given))
    throw ownTaskLoss(method.name, { labelSmoothing, weighted: classWeights !== undefined });
  const taskLoss = own ?? crossEntropy;
  const added = on ? [losses.penalty && mul(losses.penalty, lambda), losses.extraLoss] : [];
  const loss = added.reduce((sum: Value, each) => (each === undefined ? sum : add(sum, each)), taskLoss);

  const trained = [
    ...new Map([...used, ...parts.trained.values()].map((each) => [each.name, each])).values(),
  ];
  const raw = gradients(
    loss,
    trained.map(({ value }) => value),
  );
  const gradientOf = new Map(trained.map(({ name }, i) => [name, at(raw, i)]));

  parts.outputs.set('loss', loss);
  parts.outputs.set('task_loss', taskLoss);
  parts.outputs.set('penalty', losses.penalty ?? scalar(0));
  const measured = { features, logits, headWeightGradient: known(gradientOf, HEAD_WEIGHT) };
  for (const [name, measure] of Object.entries(diagnostics)) parts.outputs.set(name, measure(measured));
  parts.outputs.set('logits', logits);

  const rateFactorOf = (name: string): number => {
    const own = parts.trained.get(name);
    if (own !== undefined && own.pretrained === undefined) return 1;
    const pretrained = own === undefined ? rates.backbone.get(name) : rates.pretrainedHead;
    const factor = head.has(name) ? rates.head : pretrained;
    invariant(factor !== undefined, `${name} is trained without a rate`);
    return factor;
  };
  const programs = addUpdates(parts, options, {
    trained: trained.map((each) => ({ ...each, rateFactor: rateFactorOf(each.name) })),
    gradientOf,
    runningStatistics: scope.bufferUpdates,
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
    withoutEffect: on
      ? withoutEffect(
          method.name,
          losses,
          used.map(({ value }) => value),
        )
      : [],
    sourceClasses: forward.sourceBatch === undefined ? 0 : sourceClasses,
  };
}
