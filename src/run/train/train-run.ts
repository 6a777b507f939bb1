import { basename, extname, resolve } from 'node:path';
import { AdarandError } from '../../errors.js';
import type { BoundMethod } from '../../methods/method.js';
import { statisticsOf } from '../../training/statistics.js';
import type { RunHost } from '../events.js';
import { FileCheckpoints } from '../folder/checkpoints.js';
import { describeMachine } from '../folder/describe-machine.js';
import type { RunSummary } from '../folder/record.js';
import { RunFolder } from '../folder/run-folder.js';
import { openMethod } from '../method/open-method.js';
import { checkOptions } from '../options/check-options.js';
import { needsStatistics, resolveSettings } from '../options/settings.js';
import type { RunOptions, TrainOptions } from '../options/train-options.js';
import { checkEffect } from '../prepare/check-effect.js';
import { FrozenModel } from '../prepare/frozen-model.js';
import { expectedParts, loadPreparation, prepareRun, savePreparation } from '../prepare/preparation.js';
import { prepareToolsOf } from '../prepare/prepare-tools.js';
import { openInputs, type RunInputs } from '../prepare/run-inputs.js';
import { checkUnchanged, describeRun } from './describe-run.js';
import type { Run } from './run.js';
import { runTraining } from './run-training.js';
import { threadCount, threadsChanged } from './thread-count.js';

/**
 * Trains a new run. Everything that can be wrong with the input is found before the folder becomes a run; a run
 * that fails or is stopped before that leaves nothing behind.
 *
 * @throws AdarandError `run.stopped` when asked to stop, with the command that continues the run; and for every mistake
 * in the input.
 */
export async function trainRun(given: TrainOptions, host: RunHost): Promise<RunSummary> {
  const { method, options: checked } = await checkOptions(given);
  const { out, ...options } = checked;
  if (out !== undefined) await RunFolder.checkFree(out);
  const inputs = await openInputs(options, method, host);
  const held = await RunFolder.reserve(out, stemOf(options, method));
  try {
    const decided = await lookBefore(inputs, options, method, host);
    for (const text of checkEffect(options, decided.settings, { ...inputs, method }))
      host.emit({ type: 'remark', text });
    const run: Run = { ...decided, options, method, inputs, held, host };
    const record = await describeRun(run);
    return await runTraining(run, record, undefined, async () => {
      await savePreparation(held.folder.preparation, run.preparation, expectedParts(options, method));
      await held.folder.writeRecord(record);
    });
  } finally {
    await held.close();
  }
}

/**
 * Continues a run that was stopped or killed, from where its checkpoints end; with the same number of threads, it ends with
 * the same bits as if nothing had happened.
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
    const method = (await openMethod(options.method)).bind(settings.methodOptions);
    const remark = threadsChanged(record.threads, threadCount(options, describeMachine().cores));
    if (remark !== undefined) host.emit({ type: 'remark', text: remark });
    const inputs = await openInputs(options, method, host);
    await checkUnchanged(record, inputs);
    const preparation = await loadPreparation(folder.preparation, expectedParts(options, method));
    const run: Run = { options, settings, method, preparation, inputs, held, host };
    const stored = await new FileCheckpoints(folder.checkpoints).load();
    return await runTraining(run, record, stored, async () => {});
  } finally {
    await held.close();
  }
}

/** Settings and preparation, which need the pretrained network; its memory is released afterwards. */
async function lookBefore(
  inputs: RunInputs,
  options: RunOptions,
  method: BoundMethod,
  host: RunHost,
): Promise<Pick<Run, 'settings' | 'preparation'>> {
  const frozen = new FrozenModel(inputs, host);
  const { dataset } = inputs;
  const statistics = needsStatistics(options, method)
    ? statisticsOf(await frozen.features(dataset.train.images), dataset.classes.length)
    : undefined;
  const featureMeanSquare = statistics?.meanSquare;
  const settings = resolveSettings(options, { ...inputs, method, featureMeanSquare });
  const tools = prepareToolsOf(inputs, frozen, { batchSize: settings.batchSize, seed: options.seed }, host);
  const preparation = await prepareRun(tools, { method, head: options.head, statistics });
  return { settings, preparation };
}

/** `flowers-mobilenet-adarand`. */
function stemOf({ data, model }: RunOptions, { name }: BoundMethod): string {
  const parts = [basename(resolve(data)), basename(resolve(model)).replace(extname(model), ''), name];
  return parts.map((part) => part.replace(/[^\p{L}\p{N}._]+/gu, '-')).join('-');
}
