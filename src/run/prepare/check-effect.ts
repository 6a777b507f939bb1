import { AdarandError } from '../../errors.js';
import { parseKeptEpochs } from '../options/kept-epochs.js';
import type { Settings } from '../options/settings.js';
import type { RunOptions } from '../options/train-options.js';
import { type EffectContext, remarksOn } from './remarks.js';

/**
 * Refuses options with which the run could not do what they say, and returns a sentence for each of the others that
 * change nothing.
 *
 * @throws AdarandError `config.keep-features`, `config.no-epoch`, `config.no-update`, `config.warm-up`, `config.no-validation`, `config.mixing`.
 */
export function checkEffect(
  options: RunOptions,
  { batchSize, lambda }: Pick<Settings, 'batchSize' | 'lambda'>,
  context: EffectContext,
): string[] {
  const { dataset } = context;
  const { accumulate, epochs, maxSteps = Number.POSITIVE_INFINITY, warmUp, patience } = options;
  checkKeptEpochs(options, Math.floor(dataset.train.images.length / batchSize));
  if (epochs === 0) return [probeAlone(options), ...withoutDiagnostics(options, dataset)];
  const batches = Math.min(epochs * Math.floor(dataset.train.images.length / batchSize), maxSteps);
  const updates = Math.floor(batches / accumulate);
  for (const kind of ['mixup', 'cutmix'] as const)
    if (options[kind] > 0 && batchSize === 1)
      throw new AdarandError(
        'config.mixing',
        `--${kind} ${options[kind]} mixes the images of a batch in pairs, and a batch has one image`,
        'Choose a --batch-size of at least 2.',
      );
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
  return remarksOn(options, { lambda, batches }, context);
}

/** Whether a run that is not stopped early has the epochs whose features are to be kept. */
function checkKeptEpochs(
  { keepFeatures, epochs, maxSteps = Number.POSITIVE_INFINITY }: RunOptions,
  batchesPerEpoch: number,
): void {
  if (keepFeatures === undefined) return;
  const last = Math.min(epochs, Math.ceil(maxSteps / batchesPerEpoch));
  const missing = parseKeptEpochs(keepFeatures).numbers.filter((epoch) => epoch > last);
  if (missing.length === 0) return;
  throw new AdarandError(
    'config.keep-features',
    `--keep-features ${keepFeatures}: there is no epoch ${missing.join(' or ')}, the run ends with epoch ${last}`,
    `Choose epochs from 0 to ${last}, last or all; or a longer run.`,
  );
}

/** Of a linear probe without validation and test images, nothing is measured. */
function withoutDiagnostics({ diagnostics, test }: RunOptions, dataset: EffectContext['dataset']): string[] {
  const isTested = test && dataset.test.images.length > 0;
  if (!diagnostics || isTested || dataset.val.images.length > 0) return [];
  return ['--diagnostics changes nothing: there is no epoch, and there are no validation or test images'];
}

/** What a run without epochs is. */
function probeAlone({ head, method }: RunOptions): string {
  if (head === 'linear-probe') return `--epochs 0: the linear probe is the result, and ${method} is not used`;
  throw new AdarandError(
    'config.no-epoch',
    `--epochs 0 would leave the new head as it begins, and --head ${head} begins with chance`,
    'Choose at least one epoch, or leave out --head: then the linear probe is the result.',
  );
}
