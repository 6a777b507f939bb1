import type { z } from 'zod';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { ParameterKind } from '../nn/network.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../optimizers/schedules.js';
import type { PrepareTools } from './prepare.js';

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
  readonly pretrained: Value | undefined;
}

/** What a method can ask for. It sees only what it declares: an undeclared need does not compile. */
export interface MethodInputs {
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
  /** What is trained of the network and of the new head, backbone first. */
  readonly parameters: readonly TrainedParameter[];
  /** Intermediate maps by role: `stage1` ... at the end of each stage of the network. */
  readonly featureMaps: ReadonlyMap<string, Value>;
  /** Features of the frozen source network for the same images, in evaluation mode: [B, d]. A constant. */
  readonly pretrainedFeatures: Value;
  /** Its intermediate maps, by the same roles. Constants. */
  readonly pretrainedFeatureMaps: ReadonlyMap<string, Value>;
  /**
   * [B, S]: what the classifier that the network was pretrained with says of `features`. It is trained on, at the
   * backbone's rate.
   */
  readonly pretrainedLogits: Value;
  /** Source images that go through the network together with the batch (see `sampleSource`). */
  readonly sourceBatch: SourceBatch;
}

/** Labelled source images of one step, as many as the batch has. */
export interface SourceBatch {
  /** [B, d], of the network that is trained. */
  readonly features: Value;
  /** [B], int32, below S. */
  readonly labels: Value;
  /** [B, S] */
  readonly oneHot: Value;
}

export type Need = keyof MethodInputs;

/** All of them, for methods that no compiler has seen. */
export const needNames = [
  'features',
  'logits',
  'labels',
  'oneHot',
  'classStatistics',
  'featureStatistics',
  'head',
  'parameters',
  'featureMaps',
  'pretrainedFeatures',
  'pretrainedFeatureMaps',
  'pretrainedLogits',
  'sourceBatch',
] as const satisfies readonly Need[];

/** Standard normal, uniform on [0, 1), or Beta(a, a) on [0, 1]. */
export type Distribution = 'normal' | 'uniform' | { readonly beta: number };

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor<'float32'>>>;

/** What every method has while it builds its part of the graph. */
export interface LossTools {
  /** B */
  readonly batchSize: number;
  /** K */
  readonly classes: number;
  /** d */
  readonly featureSize: number;
  /** S, the classes of the source data; 0 where there is none. */
  readonly sourceClasses: number;
  /** Factor that brings a weight for features of ResNet-50's size to this network's; 1 for raw weights. */
  readonly featureScale: number;
  /** One of the tensors that the method's `prepare` made. */
  prepared(name: string): Tensor<'float32'>;
  /** Fresh random numbers each step, drawn by the host. */
  noise(distribution: Distribution, shape: readonly number[]): Value;
  /** A tensor that outlives the step. Constant unless `Built` says how it changes. */
  state(name: string, initial: Tensor<'float32'>): Value;
  /** A tensor that `before` fills anew for each step, hence in no checkpoint. */
  scratch(name: string, shape: readonly number[]): Value;
  /** A tensor of the method's own that is trained with the network, by the same loss and optimizer. */
  parameter(name: string, initial: Tensor<'float32'>, kind: ParameterKind): Value;
}

export type Context<N extends Need> = Pick<MethodInputs, N> & LossTools;

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

export interface Built {
  /** Takes the place of the cross-entropy of the batch, for a method with a classification loss of its own. */
  readonly taskLoss?: Value;
  /** The scalar to be added to the task loss, times the method's weight; none for plain fine-tuning. */
  readonly penalty?: Value;
  /** A scalar to be added as it is: a second term whose weight is an option of the method. */
  readonly extraLoss?: Value;
  /** The next value of each state that an update rule changes. */
  readonly updates?: ReadonlyMap<Value, Value>;
  readonly learned?: Learned;
  /** In this order, those whose turn it is. */
  readonly preSteps?: readonly PreStep[];
  /** More scalars worth logging, by name. */
  readonly metrics?: Readonly<Record<string, Value>>;
}

/** What the choice of a batch's source images may depend on: a function of nothing else, so that runs can be resumed. */
export interface SourceSamplerContext {
  /** The batch's images, as positions in the training set: as many source images are to be chosen. */
  readonly targets: Int32Array;
  /** Counted over the whole run, from 0. */
  readonly batch: number;
  readonly seed: number;
  /** A tensor that `prepare` made; the current value where it is a state. */
  tensor(name: string): Tensor<'float32'>;
}

/** What the network says of the training images, un-augmented, in their order. */
export interface Predictions {
  /** [n, K] */
  readonly logits: Tensor<'float32'>;
  /** [n] */
  readonly labels: Int32Array;
}

/** New values for states after every few epochs, from the predictions of the network as it is then. */
export interface Rounds<Options> {
  epochs(options: Options): number;
  next(state: (name: string) => Tensor<'float32'>, predictions: Predictions, options: Options): Tensors;
}

/** A method of the paper, or of a user: one file, read in one screen. */
export interface Method<Options = unknown, N extends Need = Need> {
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
   * square (`--lambda-unit feature-scale`). `parts`: the method applies `featureScale` itself, where it is due.
   */
  readonly featureScaled: boolean | 'parts';
  /** What is trained: everything (unless said), or the new head alone, over the network as it was pretrained. */
  readonly trains?: 'all' | 'head';
  /** Whether its terms take the place of the optimizer's weight decay, which is then 0 unless asked for. */
  readonly replacesWeightDecay?: boolean;
  /** Computes tensors from the frozen network and the images, once, before training. They are kept with the run. */
  prepare?(tools: PrepareTools, options: Options): Promise<Tensors>;
  /** For a method that needs `sourceBatch`: which source images go along with a batch. */
  sampleSource?(context: SourceSamplerContext, options: Options): Int32Array;
  /** For a method whose state answers to how training goes. */
  readonly rounds?: Rounds<Options>;
  build(context: Context<N>, options: Options): Built;
}

/** Types a method's `build` by what it declares to need. */
export function defineMethod<Options, const N extends Need>(method: Method<Options, N>): Method<Options, N> {
  return method;
}
