import { wilsonInterval } from '../../analysis/statistics.js';
import { messageOf } from '../../errors.js';
import { writeChunksAtomic } from '../../files/atomic.js';
import { exportPieces } from '../../models/export/onnx.js';
import type { State } from '../../runtime/state.js';
import type { Position } from '../../training/checkpoint.js';
import { diverged } from '../../training/diverged.js';
import type { Evaluation } from '../../training/evaluation.js';
import type { Outputs } from '../../training/outputs.js';
import type { Tested } from '../../training/split-passes.js';
import type { RunHost } from '../events.js';
import { diagnosticsRecord } from '../folder/diagnostics-record.js';
import { secondsPerEpoch, startAccuracy } from '../folder/metrics-log.js';
import type { RunRecord, RunSummary } from '../folder/record.js';
import type { Picture } from '../tensorboard/event.js';
import type { EventFile } from '../tensorboard/event-file.js';
import { type Pictured, picturesOf } from '../tensorboard/pictures.js';
import { stepsAt } from './check-position.js';
import type { Run } from './run.js';
import { trainedClassifier } from './trained-classifier.js';
import { describeGroups, trainedNumbers } from './trained-groups.js';
import { writePredictions } from './write-predictions.js';

/** How training ended: without test images, no test. */
export interface Ended {
  readonly position: Position;
  readonly test: Tested | undefined;
  /** Some of the validation images, whose features are drawn. */
  readonly drawn: Outputs | undefined;
  /** Undefined where there is to be none. */
  readonly events: EventFile | undefined;
}

/**
 * Writes `model.onnx` from the best epoch's parameters, which the state holds, predictions of the test images where they
 * are wanted, then `summary.json`.
 *
 * @throws AdarandError `training.diverged` if a parameter is not finite.
 */
export async function finishRun(
  run: Run,
  record: RunRecord,
  state: State,
  ended: Ended,
): Promise<RunSummary> {
  const { inputs, host, held } = run;
  const { network, dataset } = inputs;
  host.emit({ type: 'phase', phase: 'export' });
  const refuse = (name: string, why: string) =>
    diverged(`${name} is ${why} at the end of training`, run.settings.learningRate);
  const trained = trainedClassifier(network, dataset.classes, await state.read(), refuse);
  await writeChunksAtomic(held.folder.model, exportPieces(trained));
  const { outputs } = ended.test ?? {};
  if (run.options.predictions && outputs !== undefined)
    await writePredictions(held.folder.predictions, outputs, dataset);
  const known = await summarize(run, record, ended);
  if (ended.events !== undefined) {
    host.emit({ type: 'phase', phase: 'draw' });
    ended.events.end(known, await pictures(ended, dataset.classes, host));
  }
  const summary = { ...known, profile: host.clock.profile };
  await held.folder.writeSummary(summary);
  return summary;
}

async function summarize(
  run: Run,
  record: RunRecord,
  { position, test }: Ended,
): Promise<Omit<RunSummary, 'profile'>> {
  const { options, settings, inputs, held } = run;
  const { data, model } = record;
  const { best } = position;
  const classesOf = (split: 'val' | 'test') =>
    inputs.dataset.report.classes.filter((count) => count[split] > 0).length;
  return {
    run: held.folder.path,
    test_accuracy: test?.accuracy ?? null,
    test_interval: test === undefined ? null : intervalOf(test),
    test_balanced_accuracy: test?.balancedAccuracy ?? null,
    test_loss: test?.loss ?? null,
    test_images: data.test,
    test_classes: classesOf('test'),
    diagnostics: test?.diagnostics === undefined ? null : diagnosticsRecord(test.diagnostics, data.classes),
    tta: options.tta,
    val_accuracy: best?.accuracy ?? null,
    val_balanced_accuracy: best?.balancedAccuracy ?? null,
    val_loss: best?.loss ?? null,
    val_images: data.val,
    val_classes: classesOf('val'),
    train_images: data.train,
    imbalance: inputs.dataset.report.imbalance,
    probe_val_accuracy: (await startAccuracy(held.folder.metrics)) ?? null,
    choose_by: options.chooseBy,
    best_epoch: best?.epoch ?? position.epoch,
    epochs: position.epoch,
    steps: stepsAt(record, position),
    seconds_per_epoch: (await secondsPerEpoch(held.folder.metrics)) ?? null,
    peak_memory_bytes: run.host.isLater === true ? null : process.resourceUsage().maxRSS * 1024,
    parameters: trainedNumbers(describeGroups(run)),
    classes: data.classes.length,
    model: model.name,
    method: options.method,
    lambda: settings.lambda,
    lambda_unit: options.lambdaUnit,
    effective_lambda: settings.effectiveLambda,
    lambda_scales: settings.lambdaScales,
    feature_mean_square: settings.featureMeanSquare,
    learning_rate: settings.learningRate,
    batch_size: settings.batchSize,
    image_size: inputs.network.preprocessing.imageSize,
    seed: options.seed,
  };
}

/** A picture is no reason to lose a trained run: where there can be none, it is said why. */
async function pictures(
  pictured: Pictured,
  classes: readonly string[],
  host: RunHost,
): Promise<readonly Picture[]> {
  try {
    return await picturesOf(pictured, classes);
  } catch (error) {
    const why = messageOf(error);
    host.emit({ type: 'remark', text: `the pictures for TensorBoard could not be drawn: ${why}` });
    return [];
  }
}

/** 95 % interval of the accuracy. */
function intervalOf({ accuracy, count }: Evaluation): [low: number, high: number] {
  const { low, high } = wilsonInterval(Math.round(accuracy * count), count);
  return [low, high];
}
