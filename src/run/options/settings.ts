import { z } from 'zod';
import type { Dataset } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { BoundMethod, MethodDescription } from '../../methods/method.js';
import type { Network } from '../../nn/network.js';
import { fittingBatch, type StepMemory } from '../prepare/batch-memory.js';
import { type AugmentationName, augmentations } from './augmentations.js';
import { REFERENCE_MEAN_SQUARE } from './reference-mean-square.js';
import { type AskedOptions, MAXIMUM_BATCH } from './train-options.js';

const smallImage = 64;

const batchSize = z.int().min(1).max(MAXIMUM_BATCH);

export const augmentationSchema = z.custom<AugmentationName>(
  (name) => typeof name === 'string' && Object.hasOwn(augmentations, name),
);

/** Values for options that were left open, chosen for this data and network. They are recorded for a resumed run. */
export const settingsSchema = z.object({
  batchSize,
  evalBatchSize: batchSize,
  learningRate: z.number().positive(),
  weightDecay: z.number().min(0),
  augment: augmentationSchema,
  /** As given, in the unit of `lambdaUnit`. */
  lambda: z.number().min(0),
  /** Factor that converts a weight for features of ResNet-50's size to this network's; 1 for raw weights. */
  featureScale: z.number().min(0),
  /** What multiplies the penalty in the loss. */
  effectiveLambda: z.number().min(0),
  /** Mean of g^2 over the pretrained features of the training images; null where it was not needed. */
  featureMeanSquare: z.number().min(0).nullable(),
  /** The method's options with its defaults. */
  methodOptions: z.unknown(),
});

export type Settings = z.infer<typeof settingsSchema>;

/** @throws AdarandError `data.batch-too-large`, `config.lambda`. */
export function resolveSettings(
  options: AskedOptions,
  given: {
    readonly dataset: Dataset;
    readonly network: Network;
    readonly method: BoundMethod;
    readonly featureMeanSquare: number | undefined;
    readonly memory: StepMemory;
  },
): Settings {
  const { dataset, network, method, featureMeanSquare, memory } = given;
  const images = dataset.train.images.length;
  const batchSize = options.batchSize ?? fittingBatch(standardBatch(images), memory);
  if (batchSize > images)
    throw new AdarandError(
      'data.batch-too-large',
      `a batch of ${batchSize} cannot be filled from ${images} training images`,
      `Choose a --batch-size of at most ${images}.`,
    );
  const lambda = options.lambda ?? method.defaultLambda;
  const scaled = scalesLambda(options, method) && featureMeanSquare !== undefined;
  const featureScale = scaled ? REFERENCE_MEAN_SQUARE / featureMeanSquare : 1;
  const effectiveLambda = method.featureScaled === 'parts' ? lambda : lambda * featureScale;
  if (![featureScale, effectiveLambda].every((x) => Number.isFinite(Math.fround(x))))
    throw new AdarandError(
      'config.lambda',
      `the weight of the penalty is not finite: lambda is ${lambda}` +
        (scaled
          ? `, and the mean square of the pretrained features, to which it is scaled, is ${featureMeanSquare}`
          : ''),
      scaled
        ? 'Choose another --model or a smaller --lambda; --lambda-unit raw takes the lambda as it is.'
        : 'Choose a smaller --lambda.',
    );
  return {
    batchSize,
    evalBatchSize: Math.max(1, Math.min(32, Math.max(dataset.val.images.length, dataset.test.images.length))),
    learningRate: options.learningRate ?? defaultLearningRate(options, network),
    weightDecay: options.weightDecay ?? defaultWeightDecay(options, method),
    augment: options.augment ?? (network.preprocessing.imageSize > smallImage ? 'crop' : 'pad-crop'),
    lambda,
    featureScale,
    effectiveLambda,
    featureMeanSquare: featureMeanSquare ?? null,
    methodOptions: method.options,
  };
}

/** Whether the statistics of the pretrained features are computed before training. */
export function needsStatistics(options: AskedOptions, method: BoundMethod): boolean {
  if (method.needs.includes('classStatistics') || method.needs.includes('featureStatistics')) return true;
  return scalesLambda(options, method);
}

/** Whether the weight is to be taken in units of the features' mean square. */
function scalesLambda(options: AskedOptions, method: MethodDescription): boolean {
  const lambda = options.lambda ?? method.defaultLambda;
  return options.lambdaUnit === 'feature-scale' && method.featureScaled !== false && lambda !== 0;
}

/** 32, or the power of two that leaves four batches an epoch. */
export function standardBatch(images: number): number {
  return [32, 16, 8, 4, 2].find((size) => 4 * size <= images) ?? 1;
}

function defaultWeightDecay(
  { optimizer }: AskedOptions,
  { replacesWeightDecay = false }: MethodDescription,
): number {
  return optimizer === 'adamw' && !replacesWeightDecay ? 0.05 : 0;
}

/** Without BatchNorm (or with it folded away) nothing rescales activations, and SGD at the paper's 0.01 diverges slowly. */
function defaultLearningRate({ optimizer, head }: AskedOptions, { buffers }: Network): number {
  const isProbe = head === 'linear-probe';
  // The head of a linear probe has large weights, which give large gradients.
  if (optimizer !== 'sgd') return isProbe ? 1e-5 : 1e-4;
  if (buffers.size > 0) return 0.01;
  return isProbe ? 0.0003 : 0.001;
}
