import { z } from 'zod';
import type { Dataset } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { BoundMethod, MethodDescription } from '../../methods/method.js';
import type { Network } from '../../nn/network.js';
import { type AugmentationName, augmentations } from './augmentations.js';
import { fittingBatch, type StepMemory } from './fitting-batch.js';
import { lambdaSchema, needsMeanSquare, type ResolvedLambda } from './resolve-lambda.js';
import { type AskedOptions, MAXIMUM_BATCH, type RunOptions } from './train-options.js';

const smallImage = 64;

const batchSize = z.int().min(1).max(MAXIMUM_BATCH);

export const augmentationSchema = z.custom<AugmentationName>(
  (name) => typeof name === 'string' && Object.hasOwn(augmentations, name),
);

/** Values for options that were left open, chosen for this data and network. They are recorded for a resumed run. */
export const settingsSchema = z.object({
  batchSize,
  /** Images computed at a time, a divisor of the batch size; whole batches where there is none. */
  microBatch: batchSize.optional(),
  evalBatchSize: batchSize,
  learningRate: z.number().positive(),
  weightDecay: z.number().min(0),
  augment: augmentationSchema,
  ...lambdaSchema.shape,
  /** The method's options with its defaults. */
  methodOptions: z.unknown(),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Options whose optimizer is decided. */
export type DecidedOptions = AskedOptions & Pick<RunOptions, 'optimizer'>;

export function decideOptimizer(asked: AskedOptions, network: Pick<Network, 'buffers'>): DecidedOptions {
  return { ...asked, optimizer: asked.optimizer ?? defaultOptimizer(network) };
}

/** All but the weight of the penalty, which may depend on what is prepared with these. */
export type FirstSettings = Omit<Settings, keyof ResolvedLambda>;

/** @throws AdarandError `data.batch-too-large`. */
export function resolveSettings(
  options: DecidedOptions,
  given: {
    readonly dataset: Dataset;
    readonly network: Network;
    readonly method: BoundMethod;
    readonly memory: StepMemory;
  },
): FirstSettings {
  const { dataset, network, method, memory } = given;
  const images = dataset.train.images.length;
  const batchSize = options.batchSize ?? fittingBatch(standardBatch(images), memory);
  if (batchSize > images)
    throw new AdarandError(
      'data.batch-too-large',
      `a batch of ${batchSize} cannot be filled from ${images} training images`,
      `Choose a --batch-size of at most ${images}.`,
    );
  return {
    batchSize,
    evalBatchSize: evenBatch(dataset.val.images.length || dataset.test.images.length),
    learningRate: options.learningRate ?? defaultLearningRate(options, network),
    weightDecay: options.weightDecay ?? defaultWeightDecay(options, method),
    augment: options.augment ?? (network.preprocessing.imageSize > smallImage ? 'crop' : 'pad-crop'),
    methodOptions: method.options,
  };
}

/** Whether the statistics of the pretrained features are computed before training. */
export function needsStatistics(options: AskedOptions, method: BoundMethod): boolean {
  if (method.needs.includes('classStatistics') || method.needs.includes('featureStatistics')) return true;
  return needsMeanSquare(options, method);
}

/** 32, or the power of two that leaves four batches an epoch. */
export function standardBatch(images: number): number {
  return [32, 16, 8, 4, 2].find((size) => 4 * size <= images) ?? 1;
}

/** Of at most 32 images, so that as few as can be are wanting in the last batch, which is computed in full. */
export function evenBatch(images: number): number {
  return images === 0 ? 1 : Math.ceil(images / Math.ceil(images / 32));
}

function defaultWeightDecay(
  { optimizer }: DecidedOptions,
  { replacesWeightDecay = false }: MethodDescription,
): number {
  return optimizer === 'adamw' && !replacesWeightDecay ? 0.05 : 0;
}

/**
 * As the AdaRand paper has them: Nesterov's momentum for networks with BatchNorm, AdamW for others. Without BatchNorm nothing
 * rescales activations: rates of SGD that are not small diverge, and small ones are slow.
 */
function defaultOptimizer({ buffers }: Pick<Network, 'buffers'>): RunOptions['optimizer'] {
  return buffers.size > 0 ? 'sgd' : 'adamw';
}

/** Measured on validation images (docs/results.md#rates); with LayerNorm, the rate of the paper's vision transformers. */
function defaultLearningRate({ optimizer, head }: DecidedOptions, { buffers, parameters }: Network): number {
  const hasBatchNorm = buffers.size > 0;
  const hasLayerNorm = !hasBatchNorm && [...parameters.values()].some(({ kind }) => kind === 'norm');
  if (optimizer !== 'sgd') return hasLayerNorm ? 3e-5 : 3e-4;
  if (hasBatchNorm) return 0.01;
  // The head of a linear probe has large weights, which give large gradients.
  return head === 'linear-probe' ? 3e-4 : 1e-3;
}
