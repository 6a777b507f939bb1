import type { DType, Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { ParameterKind } from '../nn/network.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../optimizers/schedules.js';
import type { LambdaScales } from './lambda-unit.js';

/** Standard normal, uniform on [0, 1), or Beta(a, a) on [0, 1]. */
export type Distribution = 'normal' | 'uniform' | { readonly beta: number };

/** What every method has while it builds its losses. */
export interface LossTools {
  /** B */
  readonly batchSize: number;
  /** K */
  readonly classes: number;
  /** d */
  readonly featureSize: number;
  /** S, the classes of the source data; 0 where there is none. */
  readonly sourceClasses: number;
  /** The run's: what is drawn once, such as a head's first weights, is drawn with it, so that seeds differ in it, too. */
  readonly seed: number;
  /** Factors that bring published weights to this network and run, for `lambdaScale`. */
  readonly lambdaScales: LambdaScales | 'raw';
  /** A tensor that the method's `prepare` made, of this element type (float32 unless given). */
  prepared<D extends DType = 'float32'>(name: string, dtype?: D): Tensor<D>;
  /** Fresh random numbers at each step, drawn by the host from the run's seed. */
  noise(distribution: Distribution, shape: readonly number[]): Value;
  /** A tensor that outlives the step. It stays as it is unless `updates`, `learned` or a pre-step changes it. */
  state(name: string, initial: Tensor): Value;
  /** A float32 tensor that a pre-step fills anew for each step, hence in no checkpoint. */
  scratch(name: string, shape: readonly number[]): Value;
  /** A tensor of the method's own that is trained with the network, by the same loss and optimizer. */
  parameter(name: string, initial: Tensor<'float32'>, kind: ParameterKind): Value;
}

/** What a method adds to the task loss. */
export interface AddedLosses {
  /** Added times lambda. A scalar; absent for plain fine-tuning. */
  readonly penalty?: Value;
  /** Added as it is: a second penalty whose weight is an option of the method. A scalar. */
  readonly extraLoss?: Value;
}

/** What a method contributes to a training step. */
export interface MethodLosses extends AddedLosses {
  /** Takes the place of the batch's cross-entropy, for a method with a classification loss of its own. A scalar. */
  readonly taskLoss?: Value;
  /** Of a combination: what each of its methods adds, by name. They are in `penalty` and `extraLoss` already. */
  readonly parts?: ReadonlyMap<string, AddedLosses>;
  /** The next value of each state that an update rule changes, of the state's type. */
  readonly updates?: ReadonlyMap<Value, Value>;
  readonly learned?: Learned;
  /** Run in this order before a step, those that are due. */
  readonly preSteps?: readonly PreStep[];
  /** More scalars to log, by name. */
  readonly metrics?: Readonly<Record<string, Value>>;
}

/** State that a method trains by an objective of its own; no gradient of it reaches the network. */
export interface Learned {
  /** States to minimise `objective` over. */
  readonly states: readonly Value[];
  /** A scalar. */
  readonly objective: Value;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly schedule: Schedule;
}

/** Work on a method's state that precedes the step, in a program of its own. */
export interface PreStep {
  /** For which batches of an epoch, counted from 0. */
  readonly when: (batch: number) => boolean;
  /** The new value of each state or scratch tensor. They may read states, scratch and the head; nothing of a batch. */
  readonly updates: ReadonlyMap<Value, Value>;
}
