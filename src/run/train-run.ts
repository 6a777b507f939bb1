import { basename, extname, resolve } from 'node:path';
import { AdarandError } from '../errors.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import type { CompileOptions } from '../runtime/program.js';
import type { SourceStatistics } from '../training/statistics.js';
import { checkOptions } from './check-options.js';
import { FileCheckpoints } from './checkpoints.js';
import { compileOptionsFor } from './compile-options.js';
import type { RunOptions, TrainOptions } from './config.js';
import { checkUnchanged, describeRun } from './describe-run.js';
import type { RunHost } from './events.js';
import { openMethod } from './methods.js';
import type { RunSummary } from './record.js';
import { RunFolder } from './run-folder.js';
import { openInputs, type RunInputs, statisticsBatches } from './run-inputs.js';
import { type Run, runTraining } from './run-training.js';
import { needsStatistics, resolveSettings } from './settings.js';
import { collectStatistics, loadStatistics, saveStatistics } from './source-statistics.js';

/**
 * Trains a new run. Everything that can be wrong with the input is found before the folder becomes a run; a run
 * that fails or is stopped before that leaves nothing behind.
 *
 * @throws AdarandError `run.stopped` when told to stop, with how to go on; and for every mistake in the input.
 */
export async function trainRun(given: TrainOptions, host: RunHost): Promise<RunSummary> {
  const { method, regularizerOptions, options: checked } = await checkOptions(given);
  const { out, ...options } = checked;
  const compile = await compileOptionsFor(options.device, options.threads);
  if (out !== undefined) await RunFolder.checkFree(out);
  const inputs = await openInputs(options, host);
  const held = await RunFolder.reserve(out, stemOf(options, method));
  try {
    const statistics = needsStatistics(options, method)
      ? await statisticsOf(inputs, compile, host)
      : undefined;
    const featureMeanSquare = statistics?.meanSquare;
    const settings = resolveSettings(options, { ...inputs, method, regularizerOptions, featureMeanSquare });
    const run: Run = { options, settings, method, statistics, inputs, compile, held, host };
    const record = await describeRun(run);
    return await runTraining(run, record, undefined, async () => {
      if (statistics !== undefined) await saveStatistics(held.folder.statistics, statistics);
      await held.folder.writeRecord(record);
    });
  } finally {
    await held.close();
  }
}

/**
 * Goes on with a run that was stopped or killed, from its last checkpoint; it ends with the same bits as if nothing
 * had happened.
 *
 * @throws AdarandError `run.finished`, `run.data-changed`, `run.model-changed`, and as `trainRun` does.
 */
export async function resumeRun(path: string, host: RunHost): Promise<RunSummary> {
  const held = await RunFolder.openLocked(path);
  try {
    const { folder } = held;
    const record = await folder.record();
    const { options, settings } = record;
    if ((await folder.summary()) !== undefined)
      throw new AdarandError(
        'run.finished',
        `${path} is finished already`,
        `See ${path}/summary.json. For more epochs, start a new run.`,
      );
    const method = await openMethod(options.regularizer);
    const compile = await compileOptionsFor(options.device, options.threads);
    const inputs = await openInputs(options, host);
    await checkUnchanged(record, inputs);
    const statistics = needsStatistics(options, method) ? await loadStatistics(folder.statistics) : undefined;
    const run: Run = { options, settings, method, statistics, inputs, compile, held, host };
    const last = await new FileCheckpoints(folder.checkpoints, { hasValidation: true }).loadLast();
    return await runTraining(run, record, last, async () => {});
  } finally {
    await held.close();
  }
}

async function statisticsOf(
  inputs: RunInputs,
  compile: CompileOptions,
  host: RunHost,
): Promise<SourceStatistics> {
  host.emit({ type: 'phase', phase: 'statistics' });
  const { dataset, network } = inputs;
  const batchSize = Math.min(32, dataset.train.images.length);
  const shape = { batchSize, classes: dataset.classes.length };
  return collectStatistics(network, statisticsBatches(inputs, batchSize, host), shape, compile);
}

/** `flowers-mobilenet-adarand`. */
function stemOf({ data, model }: RunOptions, method: Regularizer): string {
  const parts = [basename(resolve(data)), basename(resolve(model)).replace(extname(model), ''), method.name];
  return parts.map((part) => part.replace(/[^\p{L}\p{N}._]+/gu, '-')).join('-');
}
