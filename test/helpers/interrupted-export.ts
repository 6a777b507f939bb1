import assert from 'node:assert/strict';
import { type Ended, type TestFolder, writeImages, writeModel } from './cli.js';
import { Interrupted } from './interrupted.js';

/** An export that was not interrupted, beside which others are; `changes` are those of files that it made. */
export interface WholeExport {
  readonly commands: Interrupted;
  readonly ended: Ended;
  readonly changes: readonly string[];
}

/** Trains `run` in the folder for an epoch, and exports it by `command` from the folder `whole`. */
export async function exportWhole(folder: TestFolder, command: readonly string[]): Promise<WholeExport> {
  const commands = new Interrupted(folder.path);
  await writeImages(folder.inside('colours'), 8);
  await writeModel(folder.inside('tiny.onnx'));
  const options = ['--model', 'tiny.onnx', '--no-tensorboard', '--out', 'run', '--epochs', '1'];
  const trained = await commands.run('.', ['train', 'colours', ...options]);
  assert.equal(trained.code, 0, trained.stderr);
  const { ended, changes } = await commands.count('whole', command);
  assert.equal(ended.code, 0, ended.stderr);
  return { commands, ended, changes };
}
