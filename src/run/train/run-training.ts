import { bytesOf } from '../../graph/tensor.js';
import type { Parameter } from '../../nn/network.js';
import { withoutValues } from '../../nn/without-values.js';
import { optimizers } from '../../optimizers/index.js';
import { type Position, start } from '../../training/checkpoint.js';
import type { FeatureStore } from '../../training/feature-store.js';
import { newHead } from '../../training/new-head.js';
import { HEAD_BIAS, HEAD_WEIGHT } from '../../training/state-names.js';
import { inverseFrequencies } from '../../training/task-loss.js';
import { Trainer, type TrainerOptions } from '../../training/trainer.js';
import { commandLine } from '../command-line.js';
import type { RunEvent } from '../events.js';
import { type Checkpoint, FileCheckpoints } from '../folder/checkpoints.js';
import { FeatureFiles } from '../folder/feature-files.js';
import { MetricsLog } from '../folder/metrics-log.js';
import type { RunRecord, RunSummary } from '../folder/record.js';
import { stageOf } from '../folder/stage.js';
import { parseKeptEpochs } from '../options/kept-epochs.js';
import { rateFactors } from '../prepare/group-rates.js';
import { timedCheckpoints, timedFeatures } from '../profile/timed.js';
import { EventFile } from '../tensorboard/event-file.js';
import { DRAWN, drawing } from '../tensorboard/pictures.js';
import { type Changeable, changeFlags, wasLastEpoch } from './change-run.js';
import { checkSpace, spaceNeeded } from './check-space.js';
import { featureBytes, type KeptFeatures } from './feature-space.js';
import { finishRun } from './finish-run.js';
import { smallerMicroBatch } from './micro-batch.js';
import { inAnotherRun, isStop, resumable, stopped } from './resumable.js';
import type { Run } from './run.js';
import { scheduleOf } from './schedule-of.js';
import { describeGroups, trainedInWords } from './trained-groups.js';
import { trainingData } from './training-data.js';

/** Where a run begins. */
export interface Beginning {
  /** Without one, it begins at the start. */
  readonly from?: Checkpoint | undefined;
  /** Writes what makes the folder this run. */
  begin(): Promise<void>;
  /** What is changed of the run; until `begin` has written it, the command that continues it says so, too. */
  readonly asked?: Changeable;
}

/** Compiles, calls `begin` when nothing can be wrong with the input any more, trains and finishes. */
export async function runTraining(
  run: Run,
  record: RunRecord,
  { from, begin, asked = {} }: Beginning,
): Promise<RunSummary> {
  const { options, settings, inputs, host } = run;
  const { folder } = run.held;
  const { path } = folder;
  const data = trainingData(inputs, options, settings, host);
  const checkpoints = new FileCheckpoints(folder.checkpoints);
  const position: Position = from?.position ?? start();
  const stepsDone = () => position.epoch * data.batchesPerEpoch + position.batch;
  let log: MetricsLog | undefined;
  let events: EventFile | undefined;
  const emit = (event: RunEvent) => {
    const logged = host.clock.begin('save');
    const line = log?.record(event);
    if (line !== undefined) events?.append(line);
    logged();
    host.emit(event);
    // While ONNX Runtime looks at the test images. What fails to load fails again where it is needed, and is told there.
    if (event.type === 'phase' && event.phase === 'test' && options.tensorboard) drawing().catch(() => {});
  };
  const explained = (error: unknown) => {
    if (stageOf(path) === undefined) return inAnotherRun(error, run);
    const unwritten = log === undefined ? asked : {};
    const commandFor = (change: Changeable) => commandLine('train', '--resume', path, ...changeFlags(change));
    const microBatch = smallerMicroBatch(settings);
    return resumable(error, {
      command: commandFor(unwritten),
      withFewerImages: microBatch === undefined ? undefined : commandFor({ ...unwritten, microBatch }),
      step: stepsDone(),
    });
  };
  const trainer = await Trainer.create(trainerOptions(run), {
    compile: inputs.compile,
    data,
    checkpoints: timedCheckpoints(checkpoints, host.clock),
    features: featureFiles(run),
    emit,
    stop: host.stop,
    wantsTest: options.predictions,
    drawEvery: options.tensorboard ? Math.ceil(inputs.dataset.val.images.length / DRAWN) : undefined,
  }).catch((error: unknown) => {
    throw explained(error);
  });
  // From the first step on, the state has other values; the pretrained ones would take memory for nothing.
  inputs.network = withoutValues(inputs.network);
  try {
    if (from !== undefined) trainer.restore(from.tensors);
    const needed = spaceNeeded({
      checkpoint: trainer.checkpointBytes,
      model: modelBytes(run),
      checkpoints: data.validation === undefined ? 1 : 2,
      written: (await checkpoints.bytes()) + (await folder.bytesToReopen()),
      epochsLeft: trainer.epochsLeft(position),
    });
    const kept = keptFeatures(run);
    const left = trainer.epochsLeft(position);
    await checkSpace(path, needed, kept && featureBytes(kept, position, left));
    emit({ type: 'run', path, step: stepsDone(), settings: shown(run) });
    const begun = host.clock.begin('save');
    await begin();
    const { logEvery } = options;
    log = await MetricsLog.open(folder.metrics, {
      step: stepsDone(),
      // A run that was killed before it kept what it began with validates that again.
      epoch: position.epoch === 0 && position.best === undefined ? -1 : position.epoch,
      logEvery,
    });
    if (options.tensorboard) events = await EventFile.open(folder, record);
    log.begin();
    begun();
    const result = await trainer.train(position, { wasLast: wasLastEpoch(record, position) });
    if (result.stopped) throw stopped(commandLine('train', '--resume', path), stepsDone());
    return await finishRun(run, record, trainer.state, { ...result, position, events });
  } catch (error) {
    if (!isStop(error)) events?.fail(stepsDone());
    throw explained(error);
  } finally {
    log?.close();
    events?.close();
    await trainer.release();
  }
}

/** All that the trainer has to know. */
export function trainerOptions(run: Run): TrainerOptions {
  const { options, settings, method, groups, preparation, inputs } = run;
  const { network, dataset, source } = inputs;
  const classes = dataset.classes.length;
  return {
    network,
    head: initialHead(run),
    imageSize: network.preprocessing.imageSize,
    classes,
    ...settings,
    method,
    lambda: settings.effectiveLambda,
    lambdaScales: settings.lambdaScales ?? 'raw',
    statistics: preparation.statistics,
    prepared: preparation.method,
    sourceClasses: source?.classes.length ?? 0,
    optimizer: optimizers[options.optimizer](),
    schedule: scheduleOf(options),
    rateFactors: rateFactors(groups, options),
    clipGradNorm: options.clipGradNorm,
    validateStart: options.head === 'linear-probe',
    accumulate: options.accumulate,
    emaDecay: options.emaDecay,
    batchNorm: options.batchNorm,
    precision: options.precision,
    taskLoss: {
      labelSmoothing: options.labelSmoothing,
      classWeights:
        options.balance === 'loss'
          ? inverseFrequencies(dataset.report.classes.map(({ train }) => train))
          : undefined,
    },
    seed: options.seed,
    tta: options.tta,
    diagnostics: options.diagnostics,
    epochs: options.epochs,
    chooseBy: options.chooseBy,
    patience: options.patience,
    maxSteps: options.maxSteps,
    checkpointSeconds: options.checkpointSeconds,
  };
}

/** Undefined where none are kept. */
function featureFiles({ options: { keepFeatures }, held, inputs, host }: Run): FeatureStore | undefined {
  if (keepFeatures === undefined) return undefined;
  return timedFeatures(new FeatureFiles(held.folder, parseKeptEpochs(keepFeatures), inputs), host.clock);
}

function keptFeatures({ options: { keepFeatures, test }, inputs }: Run): KeptFeatures | undefined {
  if (keepFeatures === undefined) return undefined;
  const { dataset, network } = inputs;
  const images = {
    train: dataset.train.images.length,
    val: dataset.val.images.length,
    test: test ? dataset.test.images.length : 0,
  };
  return { epochs: parseKeptEpochs(keepFeatures), featureSize: network.featureSize, images };
}

/** New, or as the linear probe found it. */
function initialHead({ options, preparation, inputs }: Run): ReadonlyMap<string, Parameter> {
  const { network, dataset } = inputs;
  const { head } = preparation;
  if (head === undefined) return newHead(network.featureSize, dataset.classes.length, options.seed);
  return new Map<string, Parameter>([
    [HEAD_WEIGHT, { kind: 'weight', tensor: head.weight }],
    [HEAD_BIAS, { kind: 'bias', tensor: head.bias }],
  ]);
}

/** Of the weights in `model.onnx`. */
function modelBytes({ inputs: { network, dataset } }: Run): number {
  const tensors = [
    ...[...network.parameters.values()].map(({ tensor }) => tensor),
    ...network.buffers.values(),
  ];
  const head = 4 * (network.featureSize + 1) * dataset.classes.length;
  return tensors.reduce((sum, tensor) => sum + bytesOf(tensor), head);
}

/** The settings that are printed before training. */
function shown(run: Run): Record<string, unknown> {
  const { options, settings, method, inputs } = run;
  const { batchSize, learningRate, augment, lambda, effectiveLambda, lambdaScales } = settings;
  const { headLrScale, layerDecay, labelSmoothing, balance, mixup, cutmix, randomErasing, tta, precision } =
    options;
  const trains = trainedInWords(describeGroups(run));
  return {
    model: inputs.network.name,
    image_size: inputs.network.preprocessing.imageSize,
    method: options.method,
    lambda,
    effective_lambda: effectiveLambda,
    // In a combination, each weight has the factor of its own unit.
    ...(method.lambdaUnit === 'parts' &&
      lambdaScales !== null && {
        features_scale: lambdaScales.features,
        training_time_scale: lambdaScales.trainingTime,
      }),
    head: options.head,
    ...(trains !== undefined && { trains }),
    optimizer: options.optimizer,
    learning_rate: learningRate,
    ...(headLrScale !== 1 && { head_lr_scale: headLrScale }),
    ...(layerDecay !== 1 && { layer_decay: layerDecay }),
    schedule: options.schedule,
    ...(labelSmoothing !== 0 && { label_smoothing: labelSmoothing }),
    ...(mixup !== 0 && { mixup }),
    ...(cutmix !== 0 && { cutmix }),
    ...(balance !== 'none' && { balance }),
    batch_size: batchSize,
    epochs: options.epochs,
    ...(options.chooseBy !== 'accuracy' && { choose_by: options.chooseBy }),
    augment,
    ...(randomErasing !== 0 && { random_erasing: randomErasing }),
    ...(tta !== 'none' && { tta }),
    ...(precision !== 'float32' && { precision }),
    seed: options.seed,
  };
}
