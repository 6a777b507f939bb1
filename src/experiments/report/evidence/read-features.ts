import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AdarandError } from '../../../errors.js';
import { namesIfThere } from '../../../files/if-there.js';
import { readSafetensors } from '../../../files/safetensors.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { Features, FinishedRun } from './evidence.js';

/**
 * Features that a run has kept (`--keep-features`): of its test images, else of the validation images after the last epoch that
 * was kept; undefined where there are none.
 *
 * @throws AdarandError `run.damaged`, and as `readSafetensors` does.
 */
export async function readFeatures({ path, record, summary }: FinishedRun): Promise<Features | undefined> {
  const folder = join(path, 'features');
  const test = join(folder, 'test.safetensors');
  const K = record.data.classes.length;
  if (summary.test_accuracy !== null && existsSync(test)) return read(test, 'test', K, 'test images');
  const names = await namesIfThere(folder);
  const epochs = names.flatMap((name) => {
    const [, epoch] = /^epoch-(\d+)[.]safetensors$/.exec(name) ?? [];
    return epoch === undefined ? [] : [Number(epoch)];
  });
  if (epochs.length === 0) return undefined;
  const last = Math.max(...epochs);
  return read(join(folder, `epoch-${last}.safetensors`), 'val', K, `validation images after epoch ${last}`);
}

async function read(path: string, split: string, K: number, of: string): Promise<Features | undefined> {
  const { tensors } = await readSafetensors(path);
  const [features, labels] = [tensors.get(`${split}_features`), tensors.get(`${split}_labels`)];
  if (features === undefined && split === 'val') return undefined;
  const [n = 0, d = 0] = features?.shape ?? [];
  if (!isMatrix(features) || labels === undefined || labels.data.length !== n) throw damaged(path);
  const indices = Array.from(labels.data, Number);
  if (!indices.every((label) => Number.isInteger(label) && label >= 0 && label < K)) throw damaged(path);
  if (!features.data.every(Number.isFinite)) throw damaged(path);
  return { values: features.data, labels: indices, size: d, of };
}

function isMatrix(tensor: Tensor | undefined): tensor is Tensor<'float32'> {
  return tensor?.dtype === 'float32' && tensor.shape.length === 2;
}

function damaged(path: string): AdarandError {
  return new AdarandError(
    'run.damaged',
    `${path} has not the features that a run keeps`,
    'Remove it, and the report is made without it, or by the classifier of the run.',
  );
}
