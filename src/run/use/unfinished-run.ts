import { AdarandError } from '../../errors.js';
import { exportOnnx } from '../../models/export/onnx.js';
import { openModel } from '../../models/open.js';
import type { Network } from '../../nn/network.js';
import type { Position } from '../../training/checkpoint.js';
import { commandLine } from '../command-line.js';
import { FileCheckpoints } from '../folder/checkpoints.js';
import { deletedWeights } from '../folder/deleted-weights.js';
import type { RunRecord, UnfinishedRun } from '../folder/record.js';
import type { RunFolder } from '../folder/run-folder.js';
import { checkPosition, stepsAt } from '../train/check-position.js';
import { checkNetworkUnchanged } from '../train/describe-run.js';
import { trainedClassifier } from '../train/trained-classifier.js';

/** What `model.onnx` would be if the run ended now, and how far it has come. */
export interface UnfinishedModel {
  readonly bytes: Uint8Array;
  readonly unfinished: UnfinishedRun;
}

/**
 * The classifier of a run that was stopped, or that a process trains at this moment: that of the best epoch so far, or
 * of the last checkpoint where no epoch was validated. Nothing is written, and no lock is needed.
 *
 * @throws AdarandError `run.unfinished` without a checkpoint, `run.no-weights`, `run.model-changed`, `checkpoint.incomplete`, or as
 * `openModel` and `readSafetensors` do.
 */
export async function unfinishedModel(folder: RunFolder, record: RunRecord): Promise<UnfinishedModel> {
  const { path } = folder;
  const check = (position: Position) => checkPosition(position, record);
  const kept = await new FileCheckpoints(folder.checkpoints).loadKept(check);
  if (kept === undefined)
    throw (
      deletedWeights(path) ??
      new AdarandError(
        'run.unfinished',
        `${path} has not finished training, and has no checkpoint yet`,
        `Continue with: ${commandLine('train', '--resume', path)}`,
      )
    );
  const { tensors, best, reached } = kept;
  const network = await openNetwork(folder, record);
  const refuse = (name: string, why: 'missing' | 'not finite') =>
    why === 'missing'
      ? new AdarandError(
          'checkpoint.incomplete',
          `the checkpoint of ${path} has no tensor ${name} of the run's shape`,
          'Restore the run folder as it was, or start a new run.',
        )
      : new AdarandError(
          'training.diverged',
          `${name} is not finite in the checkpoint of ${path}`,
          'Start a new run with a smaller --learning-rate.',
        );
  return {
    bytes: exportOnnx(trainedClassifier(network, record.data.classes, tensors, refuse)),
    unfinished: {
      epoch: reached.epoch,
      epochs: record.options.epochs,
      step: stepsAt(record, reached),
      best_epoch: best?.epoch ?? null,
    },
  };
}

/** The pretrained network, which has the graph that a checkpoint's tensors belong to. */
async function openNetwork({ path }: RunFolder, record: RunRecord): Promise<Network> {
  const { model, imageSize } = record.options;
  try {
    const network = await openModel(model, imageSize === undefined ? {} : { imageSize });
    checkNetworkUnchanged(record, network);
    return network;
  } catch (error) {
    if (!(error instanceof AdarandError)) throw error;
    throw new AdarandError(
      error.code,
      `${path} is not finished, and is used with the model that it began with: ${error.message}`,
      `Put ${model} back as it was.`,
      error,
    );
  }
}
