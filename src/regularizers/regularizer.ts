import type { z } from 'zod';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { ParameterKind } from '../nn/network.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../optimizers/schedules.js';

/** Statistics of the source network's features over the target training set, per class. Population form. */
export interface ClassStatistics {
  /** [K, d] */
  readonly mean: Tensor<'float32'>;
  /** [K, d], at least 1e-6. */
  readonly std: Tensor<'float32'>;
}

/** The same over all classes together: [d] each. */
export interface FeatureStatistics {
  readonly mean: Tensor<'float32'>;
  readonly std: Tensor<'float32'>;
}

/** A tensor of the network that the optimizer trains. */
export interface TrainedParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly value: Value;
  /** Its pretrained value, a constant; none for what is new (the head). */
  readonly source: Value | undefined;
}

/** What a method can ask for. It sees only what it declares: an undeclared need does not compile. */
export interface Provided {
  /** [B, d]: what enters the last linear layer, for this batch. */
  readonly features: Value;
  /** [B, K] */
  readonly logits: Value;
  /** Class of each image, [B], int32. */
  readonly labels: Value;
  /** The same as rows of zeros and a one, [B, K]. */
  readonly oneHot: Value;
  readonly classStatistics: ClassStatistics;
  readonly featureStatistics: FeatureStatistics;
  /** The new head: logits = features weight^T + bias, with weight [K, d] and bias [K]. */
  readonly head: { readonly weight: Value; readonly bias: Value };
  /** Everything that is trained, backbone first. */
  readonly parameters: readonly TrainedParameter[];
  /** Intermediate maps by role: `stage1` ... at the end of each stage of the network. */
  readonly taps: ReadonlyMap<string, Value>;
  /** Features of the frozen source network for the same images, in evaluation mode: [B, d]. A constant. */
  readonly sourceFeatures: Value;
  /** Its intermediate maps, by the same roles. Constants. */
  readonly sourceTaps: ReadonlyMap<string, Value>;
}

export type Need = keyof Provided;

export type Distribution = 'normal' | 'uniform';

/** What every method has while it builds its part of the graph. */
export interface BuildTools {
  /** B */
  readonly batchSize: number;
  /** K */
  readonly classes: number;
  /** d */
  readonly featureSize: number;
  /** Fresh random numbers each step, drawn by the host: standard normal, or uniform on [0, 1). */
  noise(distribution: Distribution, shape: readonly number[]): Value;
  /** A tensor that outlives the step. Constant unless `Built` says how it changes. */
  state(name: string, initial: Tensor<'float32'>): Value;
  /** A tensor of the method's own that is trained with the network, by the same loss and optimizer. */
  parameter(name: string, initial: Tensor<'float32'>, kind: ParameterKind): Value;
}

export type Context<N extends Need> = Pick<Provided, N> & BuildTools;

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

export interface Built {
  /** Takes the place of the cross-entropy of the batch, for a method with a classification loss of its own. */
  readonly task?: Value;
  /** The scalar to be added to the task loss, times the method's weight; none for plain fine-tuning. */
  readonly term?: Value;
  /** A scalar to be added as it is: a second term whose weight is an option of the method. */
  readonly addition?: Value;
  /** The next value of each state that an update rule changes. */
  readonly updates?: ReadonlyMap<Value, Value>;
  readonly learned?: Learned;
  /** More scalars worth logging, by name. */
  readonly metrics?: Readonly<Record<string, Value>>;
}

/** A method of the paper, or of a user: one file, read in one screen. */
export interface Regularizer<Options = unknown, N extends Need = Need> {
  /** Its name on the command line. */
  readonly name: string;
  readonly title: string;
  /** Authors, venue, arXiv number. */
  readonly paper: string;
  /** The term, in plain mathematics. */
  readonly formula: string;
  readonly needs: readonly N[];
  /** Validates options and fills in defaults; each field is described. */
  readonly options: z.ZodType<Options>;
  /** The weight that the paper uses. */
  readonly defaultLambda: number;
  /**
   * Whether the term grows with the square of the features, so that its weight may be given in units of their mean
   * square (`--lambda-unit feature-scale`).
   */
  readonly featureScaled: boolean;
  /** What is trained: everything (unless said), or the new head alone, over the network as it was pretrained. */
  readonly trains?: 'all' | 'head';
  build(context: Context<N>, options: Options): Built;
}

/** Types a method's `build` by what it declares to need. */
export function defineRegularizer<Options, const N extends Need>(
  regularizer: Regularizer<Options, N>,
): Regularizer<Options, N> {
  return regularizer;
}
