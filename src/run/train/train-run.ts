import { AdarandError } from '../../errors.js';
import type { BoundMethod } from '../../methods/method.js';
import { type Position, start } from '../../training/checkpoint.js';
import { statisticsOf } from '../../training/statistics.js';
import type { RunHost } from '../events.js';
import { absolute } from '../folder/absolute.js';
import { FileCheckpoints } from '../folder/checkpoints.js';
import { describeMachine } from '../folder/describe-machine.js';
import { writeImageList } from '../folder/image-list.js';
import type { RunRecord, RunSummary } from '../folder/record.js';
import { RunFolder } from '../folder/run-folder.js';
import { stemOf } from '../folder/stem.js';
import { openMethod } from '../method/open-method.js';
import type { RunPace } from '../operations/measure-run.js';
import { checkOptions } from '../options/check-options.js';
import { memoryRemark, type StepMemory } from '../options/fitting-batch.js';
import type { ResumeOptions } from '../options/options.gen.js';
import { type ResolvedLambda, resolveLambda } from '../options/resolve-lambda.js';
import {
  type DecidedOptions,
  decideOptimizer,
  type FirstSettings,
  needsStatistics,
  resolveSettings,
  standardBatch,
} from '../options/settings.js';
import { DEFAULT_EPOCHS, type RunOptions, type TrainOptions } from '../options/train-options.js';
import { checkEffect } from '../prepare/check-effect.js';
import { FrozenModel } from '../prepare/frozen-model.js';
import { groupRates } from '../prepare/group-rates.js';
import {
  expectedParts,
  loadPreparation,
  type Preparation,
  prepareRun,
  savePreparation,
} from '../prepare/preparation.js';
import { prepareToolsOf } from '../prepare/prepare-tools.js';
import { type Begun, openInputs, type RunInputs } from '../prepare/run-inputs.js';
import { smallImagesRemark } from '../prepare/small-images.js';
import { stepMemory } from '../prepare/step-memory.js';
import { timedDriver } from '../profile/timed.js';
import { type TimedHost, timedHost } from '../profile/timed-host.js';
import { type Changeable, changeRun, unchanged } from './change-run.js';
import { checkImages, checkSource, imagesGone } from './check-images.js';
import { checkPosition } from './check-position.js';
import { checkUnchanged, describeRun } from './describe-run.js';
import { epochsByTime, measuredPlan } from './epochs-by-time.js';
import type { Run } from './run.js';
import { runTraining } from './run-training.js';
import { summedLearningRate } from './schedule-of.js';
import { threadCount, threadsChanged } from './thread-count.js';
import { checkGroupsUnchanged, describeGroups } from './trained-groups.js';

/**
 * Trains a new run. Everything that can be wrong with the input is found before the folder becomes a run; a run
 * that fails or is stopped before that leaves nothing behind.
 *
 * @throws AdarandError `run.stopped` when asked to stop, with the command that continues the run; and for every mistake
 * in the input.
 */
export function trainRun(given: TrainOptions, parent: RunHost): Promise<RunSummary> {
  const began = performance.now();
  const host = timedHost(parent);
  return withNewRun(given, host, async (runOf, asked) => {
    const { minutes, epochs = DEFAULT_EPOCHS } = asked;
    // A step takes as long, however many there are.
    const run = runOf(minutes === undefined ? epochs : await epochsByTime(runOf(1), { minutes, began }));
    const { options, inputs, method, held } = run;
    for (const text of checkEffect(options, run.settings, { ...inputs, method }))
      host.emit({ type: 'remark', text });
    const record = await describeRun(run);
    return await runTraining(run, record, {
      async begin() {
        await savePreparation(held.folder.preparation, run.preparation, expectedParts(options, method));
        await writeImageList(held.folder.images, inputs);
        await held.folder.writeRecord(record);
      },
    });
  });
}

/**
 * What a run would take, by its steps; nothing of it is left.
 *
 * @throws AdarandError as `trainRun` does before it trains.
 */
export function measureRun(given: TrainOptions, host: RunHost): Promise<RunPace> {
  const began = performance.now();
  return withNewRun(given, timedHost(host), async (runOf) => {
    const { epoch, around } = await measuredPlan(runOf(1), began);
    return {
      epoch_seconds: epoch,
      around_seconds: around,
      peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    };
  });
}

/** Opens and prepares what a new run needs; `work` gets the run with so many epochs, and the folder is its own. */
async function withNewRun<Result>(
  typed: TrainOptions,
  host: TimedHost,
  work: (runOf: (epochs: number) => Run, asked: DecidedOptions) => Promise<Result>,
): Promise<Result> {
  const { method, options: checked } = await checkOptions(typed);
  const { out, ...given } = checked;
  if (out !== undefined) await RunFolder.checkFree(out);
  const inputs = timed(await openInputs(given, method, host), host);
  const asked = decideOptimizer(given, inputs.network);
  const groups = groupRates(asked, method, inputs.network);
  const held = await RunFolder.reserve(out, stemOf(asked.data, asked.model, method.name));
  try {
    if (asked.imageSize === undefined) say(host, await smallImagesRemark(inputs));
    const memory = await stepMemory(inputs, groups, asked.optimizer);
    const { first, preparation } = await lookBefore(inputs, asked, method, memory, host);
    const runOf = (epochs: number): Run => {
      const options = { ...asked, epochs };
      const lambda = lambdaOf(options, first, { preparation, method, inputs });
      return { options, settings: { ...first, ...lambda }, method, groups, preparation, inputs, held, host };
    };
    return await work(runOf, asked);
  } finally {
    await held.close();
  }
}

/**
 * Continues a run that was stopped or killed, from its last checkpoint; with the same number of threads, it ends with
 * the same bits as if nothing had happened. Its length may be changed: then also a run that has ended goes on.
 *
 * @throws AdarandError `run.finished`, `run.data-changed`, `run.model-changed`, and as `trainRun`, `changeRun` and
 * `loadLatest` do.
 */
export async function resumeRun(
  { run: path, data, ...others }: ResumeOptions,
  parent: RunHost,
): Promise<RunSummary> {
  const host = timedHost(parent);
  const asked: Changeable = { ...others, ...(data !== undefined && { data: absolute(data) }) };
  const held = await RunFolder.openLocked(path);
  try {
    const { folder } = held;
    const before = await folder.record();
    const summary = await folder.summary();
    const check = (position: Position) => checkPosition(position, before);
    const last = await new FileCheckpoints(folder.checkpoints).loadLatest(check);
    if (summary !== undefined && last === undefined)
      throw new AdarandError(
        'run.finished',
        `${path} is finished already, and has no checkpoint from which it could be trained on`,
        `See ${path}/summary.json. For more epochs, start a new run.`,
      );
    const position = last?.position ?? start();
    const changed = changeRun({ path, record: before, position, summary }, asked);
    const record = changed?.record ?? before;
    const { options, settings } = record;
    const method = (await openMethod(options.method)).bind(settings.methodOptions);
    const threads = threadsChanged(record.threads, threadCount(options, describeMachine().cores));
    const begun: Begun = {
      model: record.model.source ?? undefined,
      images: (dataset) => checkImages(folder, record, dataset),
      source: (source) => checkSource(folder, record, source),
    };
    const opened = await openInputs(options, method, host, begun).catch((error: unknown) => {
      throw imagesGone(error, path, before.options);
    });
    const inputs = timed(opened, host);
    checkUnchanged(record, inputs);
    const groups = groupRates(options, method, inputs.network);
    checkGroupsUnchanged(record, describeGroups({ options, settings, groups, inputs }));
    const effects = (of: RunRecord) => checkEffect(of.options, settings, { ...inputs, method });
    const known = changed === undefined ? [] : effects(before);
    const remarks = [
      ...unchanged(before, asked),
      ...(changed?.remarks ?? []),
      ...(changed === undefined ? [] : effects(record).filter((text) => !known.includes(text))),
      ...(threads === undefined ? [] : [threads]),
    ];
    for (const text of remarks) host.emit({ type: 'remark', text });
    const preparation = await loadPreparation(folder.preparation, expectedParts(options, method));
    const run: Run = { options, settings, method, groups, preparation, inputs, held, host };
    return await runTraining(run, record, {
      from: last,
      asked,
      async begin() {
        if (changed === undefined) return;
        await folder.reopen();
        await folder.writeRecord(record);
      },
    });
  } finally {
    await held.close();
  }
}

/** The same, told apart by the clock. */
function timed(inputs: RunInputs, { clock }: TimedHost): RunInputs {
  const { compile } = inputs;
  return { ...inputs, compile: { ...compile, driver: timedDriver(compile.driver, clock) } };
}

function say(host: RunHost, text: string | undefined): void {
  if (text !== undefined) host.emit({ type: 'remark', text });
}

/** Settings and preparation, which need the pretrained network; its memory is released afterwards. */
async function lookBefore(
  inputs: RunInputs,
  options: DecidedOptions,
  method: BoundMethod,
  memory: StepMemory,
  host: RunHost,
): Promise<{ readonly first: FirstSettings; readonly preparation: Preparation }> {
  const { dataset } = inputs;
  const frozen = await FrozenModel.create(inputs, host);
  try {
    const statistics = needsStatistics(options, method)
      ? statisticsOf(await frozen.features(dataset.train.images), dataset.classes.length)
      : undefined;
    const settings = resolveSettings(options, { ...inputs, method, memory });
    const { batchSize: given, accumulate } = options;
    const standard = standardBatch(dataset.train.images.length);
    say(host, memoryRemark({ given, standard, accumulate }, memory));
    const { batchSize } = settings;
    const tools = prepareToolsOf(inputs, frozen, { batchSize, seed: options.seed }, host);
    const preparation = await prepareRun(tools, { method, head: options.head, statistics });
    return { first: settings, preparation };
  } finally {
    frozen.release();
  }
}

/** The weight of the penalty, which may depend on what was prepared, and on how long the run is. */
function lambdaOf(
  options: RunOptions,
  settings: FirstSettings,
  { preparation, method, inputs }: Pick<Run, 'preparation' | 'method' | 'inputs'>,
): ResolvedLambda {
  return resolveLambda(options, {
    method,
    prepared: preparation.method,
    featureMeanSquare: preparation.statistics?.meanSquare,
    summedLearningRate: summedLearningRate(options, settings, inputs.dataset.train.images.length),
  });
}
