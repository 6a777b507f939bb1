import { wilsonInterval } from '../../analysis/statistics.js';
import { writeFileAtomic } from '../../files/atomic.js';
import type { Tensor } from '../../graph/tensor.js';
import { exportOnnx } from '../../models/export.js';
import type { Head } from '../../nn/network.js';
import type { State } from '../../runtime/state.js';
import type { Position } from '../../training/checkpoint.js';
import { HEAD_BIAS, HEAD_WEIGHT } from '../../training/classifier.js';
import { diverged } from '../../training/diverged.js';
import type { Evaluation } from '../../training/evaluation.js';
import { emaOf } from '../../training/step-updates.js';
import { secondsPerEpoch } from '../folder/metrics-log.js';
import type { RunRecord, RunSummary } from '../folder/record.js';
import type { Run } from './run.js';

/** How training ended: without test images, no test. */
export interface Ended {
  readonly position: Position;
  readonly test: Evaluation | undefined;
}

/**
 * Writes `model.onnx` from the best epoch's parameters, which the state holds, then `summary.json`.
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
  const final = (name: string): Tensor<'float32'> => {
    const tensor = state.get(state.has(emaOf(name)) ? emaOf(name) : name);
    if (tensor.dtype !== 'float32') throw new Error(`${name} is not of floats`);
    if (!tensor.data.every(Number.isFinite))
      throw diverged(`${name} is not finite at the end of training`, run.settings.learningRate);
    return tensor;
  };
  const head: Head = { weight: final(HEAD_WEIGHT), bias: final(HEAD_BIAS), classes: dataset.classes };
  const names = [...network.parameters.keys(), ...network.buffers.keys()];
  const tensors = new Map(names.map((name) => [name, final(name)]));
  await writeFileAtomic(held.folder.model, exportOnnx({ network, head, tensors }));
  const summary = await summarize(run, record, ended);
  await held.folder.writeSummary(summary);
  return summary;
}

async function summarize(
  { options, settings, inputs, held }: Run,
  { data, model }: RunRecord,
  { position, test }: Ended,
): Promise<RunSummary> {
  const { best } = position;
  const batchesPerEpoch = Math.floor(data.train / settings.batchSize);
  return {
    run: held.folder.path,
    test_accuracy: test?.accuracy ?? null,
    test_interval: test === undefined ? null : intervalOf(test),
    test_loss: test?.loss ?? null,
    test_images: data.test,
    val_accuracy: best?.accuracy ?? null,
    val_loss: best?.loss ?? null,
    val_images: data.val,
    train_images: data.train,
    best_epoch: best?.epoch ?? position.epoch,
    epochs: position.epoch,
    steps: Math.min(position.epoch * batchesPerEpoch, options.maxSteps ?? Number.POSITIVE_INFINITY),
    seconds_per_epoch: await secondsPerEpoch(held.folder.metrics),
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    parameters: model.parameters,
    classes: data.classes.length,
    model: model.name,
    method: options.method,
    lambda: settings.lambda,
    lambda_unit: options.lambdaUnit,
    effective_lambda: settings.effectiveLambda,
    feature_scale: settings.featureScale,
    feature_mean_square: settings.featureMeanSquare,
    learning_rate: settings.learningRate,
    batch_size: settings.batchSize,
    image_size: inputs.network.preprocessing.imageSize,
    seed: options.seed,
  };
}

/** 95 % interval of the accuracy. */
function intervalOf({ accuracy, count }: Evaluation): [low: number, high: number] {
  const { low, high } = wilsonInterval(Math.round(accuracy * count), count);
  return [low, high];
}
