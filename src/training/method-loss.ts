import { gradients } from '../autodiff/gradients.js';
import { at, invariant } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { add, type Shape, scalar, type Value } from '../graph/ops.js';
import type { Tensors } from '../graph/tensor.js';
import type { LambdaScales } from '../methods/lambda-unit.js';
import type { Method } from '../methods/method.js';
import type { ParameterKind } from '../nn/network.js';
import { applyMethod } from './apply-method.js';
import { arrayInputs } from './array-inputs.js';
import { bareName, feedNoise, feedState, lasting } from './given-state.js';
import type { PretrainedStatistics } from './statistics.js';
import { StepParts } from './step-parts.js';

/** Numbers under a shape, row-major. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** What a method can need, as plain arrays: for B images of K classes, with features of d numbers. */
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
  /** Feature maps by role, of the network and of the pretrained network. */
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
  readonly prepared?: Tensors;
  /** Factors of weights; raw unless given. */
  readonly lambdaScales?: LambdaScales;
  /** The method's options; its defaults unless given. */
  readonly options?: unknown;
  /** The values of its random inputs, in the order in which it asks for them; drawn with `seed` unless given. */
  readonly noise?: readonly ArrayLike<number>[];
  /** The run's, of its random inputs and of what it draws once; 0 unless given. */
  readonly seed?: number;
  /** Values of its state, by name; its initial values unless given. */
  readonly state?: Readonly<Record<string, ArrayLike<number>>>;
  /** 0-based, of `totalSteps`; sets the rates of a learned state, and is the place in the epoch. */
  readonly step?: number;
  readonly totalSteps?: number;
}

/** What `methodLoss` gives: losses, gradients, and the state after one step. */
export interface MethodLossOutputs {
  /** The method's own classification loss; 0 for a method that keeps the cross-entropy. */
  readonly taskLoss: number;
  /** The penalty, before its weight; 0 for a method without one. */
  readonly penalty: number;
  /** The loss that is added as it is; 0 for a method without one. */
  readonly extraLoss: number;
  /**
   * Gradients of taskLoss + penalty + extraLoss, row-major: with respect to `features`, `logits`, `head.weight`,
   * `head.bias`, and whatever else was given and needed: `pretrainedLogits`, `sourceBatch.features`, parameters by name,
   * feature maps by role; and the method's own parameters.
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
 * Evaluates a method by itself, on given arrays, without a network and without ONNX Runtime: its losses, their
 * gradients, and one update of its state. For tests, and for whoever designs a method.
 *
 * Arithmetic and the given arrays are in double precision. The numbers in a method's formula (its options and other
 * scalars) are constants of the training step's graph, which holds them as float32: 0.1 counts as 0.10000000149. Results
 * therefore agree with arithmetic on the numbers as they are written to about 6e-8 of their size, and to double precision
 * with `Math.fround` of them.
 *
 * @throws AdarandError `method.inputs` where the arrays do not fit together, or what the method asks for, or one that it needs is missing;
 * `method.option`.
 */
export function methodLoss(method: Method, inputs: MethodLossInputs): MethodLossOutputs {
  const { parts, given, losses, total, feeds, single } = built(method, inputs);
  const evaluate = (values: ReadonlyMap<string, Value>) => {
    const results = interpret([...values.values()], feeds);
    return new Map([...values.keys()].map((name, i) => [bareName(name), at(results, i)]));
  };
  const own = [...parts.trained.values()].map(({ name, value }) => [bareName(name), value] as const);
  const targets = new Map([...given.differentiable, ...own]);
  const gradientsOf = gradients(total, [...targets.values()]);
  const gradientOf = evaluate(new Map([...targets.keys()].map((name, i) => [name, at(gradientsOf, i)])));
  const features = gradientOf.get('features');
  invariant(features !== undefined, 'features are always differentiable');
  return {
    taskLoss: single(losses.taskLoss),
    penalty: single(losses.penalty),
    extraLoss: single(losses.extraLoss),
    gradients: { ...Object.fromEntries(gradientOf), features },
    stateGradients: Object.fromEntries(evaluate(parts.objectiveGradients)),
    nextState: nextState(parts, feeds, evaluate(parts.updates)),
    metrics: Object.fromEntries([...evaluate(parts.outputs)].map(([name, data]) => [name, at(data, 0)])),
  };
}

/** taskLoss + penalty + extraLoss alone: what a difference quotient needs, in a fraction of the time. */
export function methodTotal(method: Method, inputs: MethodLossInputs): number {
  const { total, single } = built(method, inputs);
  return single(total);
}

/** The graph of a method's losses, and what is fed to it. */
function built(method: Method, inputs: MethodLossInputs) {
  const feeds = new Map<string, Float64Array>();
  const given = arrayInputs(inputs, feeds);
  const parts = new StepParts();
  const losses = applyMethod(parts, {
    method: method.bind(inputs.options),
    makers: given.makers,
    prepared: inputs.prepared ?? {},
    ...given.sizes,
    sourceClasses: inputs.sourceBatch?.classes ?? 0,
    lambdaScales: inputs.lambdaScales ?? 'raw',
    seed: inputs.seed ?? 0,
  });
  const { taskLoss = scalar(0), penalty = scalar(0), extraLoss = scalar(0) } = losses;
  const position = { update: inputs.step ?? 0, totalUpdates: inputs.totalSteps ?? 1 };
  feedState(parts, inputs, feeds);
  feedNoise(parts, inputs, feeds);
  for (const [name, value] of parts.scalars) feeds.set(name, Float64Array.of(value(position)));
  runPreSteps(parts, position.update, feeds);
  return {
    parts,
    given,
    losses: { taskLoss, penalty, extraLoss },
    total: add(taskLoss, add(penalty, extraLoss)),
    feeds,
    single: (value: Value) => at(at(interpret([value], feeds), 0), 0),
  };
}

function runPreSteps({ preSteps }: StepParts, batch: number, feeds: Map<string, Float64Array>): void {
  for (const { when, updates } of preSteps) {
    if (!when(batch)) continue;
    const results = interpret([...updates.values()], feeds);
    [...updates.keys()].forEach((name, i) => {
      feeds.set(name, at(results, i));
    });
  }
}

function nextState(
  parts: StepParts,
  feeds: ReadonlyMap<string, Float64Array>,
  updated: ReadonlyMap<string, Float64Array>,
): Record<string, Float64Array> {
  const next = new Map(updated);
  for (const name of lasting(parts).keys()) {
    const data = feeds.get(name);
    if (data !== undefined && !parts.updates.has(name)) next.set(bareName(name), data);
  }
  return Object.fromEntries(next);
}
