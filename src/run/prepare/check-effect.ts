import type { Dataset } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { BoundMethod } from '../../methods/method.js';
import type { Network } from '../../nn/network.js';
import type { Settings } from '../options/settings.js';
import { type RunOptions, trainOptionsSchema } from '../options/train-options.js';

/** What decides whether an option changes anything. */
export interface EffectContext {
  readonly dataset: Dataset;
  readonly network: Network;
  readonly method: BoundMethod;
}

/**
 * Refuses options with which the run could not do what they say, and returns a sentence for each of the others that
 * change nothing.
 *
 * @throws AdarandError `config.no-update`, `config.warm-up`, `config.no-validation`.
 */
export function checkEffect(
  options: RunOptions,
  { batchSize, lambda }: Pick<Settings, 'batchSize' | 'lambda'>,
  { dataset, network, method }: EffectContext,
): string[] {
  const { accumulate, epochs, maxSteps = Number.POSITIVE_INFINITY, warmUp, patience } = options;
  const batches = Math.min(epochs * Math.floor(dataset.train.images.length / batchSize), maxSteps);
  const updates = Math.floor(batches / accumulate);
  if (updates === 0)
    throw new AdarandError(
      'config.no-update',
      `--accumulate ${accumulate} needs more batches than the whole run has, ${batches}: nothing would ever be updated`,
      `Choose an --accumulate of at most ${batches}.`,
    );
  if (warmUp >= updates)
    throw new AdarandError(
      'config.warm-up',
      `--warm-up ${warmUp} is not over before the run ends, after ${updates} updates`,
      `Choose a --warm-up of less than ${updates}.`,
    );
  if (patience !== undefined && dataset.val.images.length === 0)
    throw new AdarandError(
      'config.no-validation',
      `--patience ${patience} needs validation images, and there are none`,
      'Leave it out, or choose a greater --val-fraction.',
    );
  const unused = batches % accumulate;
  const headOnly = method.trains === 'head';
  const ownSplit = (split: 'val' | 'test') =>
    dataset[split].images.length > 0 && !dataset.report.cutFromTrain.includes(split);
  const { valFraction, testFraction } = trainOptionsSchema.shape;
  const remarks: readonly (readonly [boolean, string])[] = [
    [
      unused > 0,
      `the last ${unused} of ${batches} batches are used for no update: --accumulate ${accumulate} leaves them over`,
    ],
    [
      patience !== undefined && patience > epochs - 2,
      `--patience ${patience} changes nothing: there are only ${epochs} epochs`,
    ],
    [
      options.lambda !== undefined && method.needs.length === 0 && method.defaultLambda === 0,
      `--lambda ${options.lambda} changes nothing: ${method.name} has no penalty`,
    ],
    [
      lambda === 0 && Object.keys(options.methodOptions).length > 0,
      `the options of ${method.name} change nothing: with a lambda of 0 its losses are left out`,
    ],
    [
      headOnly && options.backboneLrScale !== 1,
      `--backbone-lr-scale ${options.backboneLrScale} changes nothing: ${method.name} does not train the backbone`,
    ],
    [
      options.batchNorm === 'frozen' && network.buffers.size === 0,
      `--batch-norm frozen changes nothing: ${network.name} has no running statistics`,
    ],
    [
      options.valFraction !== valFraction.def.defaultValue && ownSplit('val'),
      `--val-fraction ${options.valFraction} changes nothing: ${options.data} has validation images of its own`,
    ],
    [
      options.testFraction !== testFraction.def.defaultValue && ownSplit('test'),
      `--test-fraction ${options.testFraction} changes nothing: ${options.data} has test images of its own`,
    ],
  ];
  return remarks.flatMap(([applies, sentence]) => (applies ? [sentence] : []));
}
