import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AdarandError } from '../errors.js';
import type { ClassifierSource } from './messages.js';

/**
 * What is to be opened at a path, a run's folder or that of an export. The small files are read here, while the process
 * that opens the classifier starts.
 *
 * @throws AdarandError `load.no-classifier`, or as `RunFolder` and `describedFolder` do.
 */
export async function classifierSource(path: string): Promise<ClassifierSource> {
  if (existsSync(join(path, 'run.json'))) return sourceOfRun(path);
  if (existsSync(join(path, 'config.json'))) return sourceOfFolder(path);
  const { runNear } = await import('../run/folder/not-a-run.js');
  throw new AdarandError(
    'load.no-classifier',
    `${path} ${existsSync(path) ? 'has neither run.json nor config.json' : 'does not exist'}`,
    (await runNear(path)) ?? 'Give the folder of a run, or one that an export of a run has written.',
  );
}

async function sourceOfRun(path: string): Promise<ClassifierSource> {
  const { RunFolder } = await import('../run/folder/run-folder.js');
  const folder = await RunFolder.open(path);
  if ((await folder.summary()) === undefined) return { kind: 'unfinished', path };
  const { recordedModel } = await import('../run/folder/recorded-model.js');
  return { kind: 'recorded', ...recordedModel(folder, await folder.record()) };
}

async function sourceOfFolder(path: string): Promise<ClassifierSource> {
  const { describedFolder } = await import('../models/described-folder.js');
  const { weights, onnx: described } = await describedFolder(path, basename(resolve(path)));
  return weights.kind === 'onnx'
    ? { kind: 'onnx', file: join(path, weights.model), described }
    : { kind: 'tensors', path };
}
