import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import type { RunRecord } from '../../run/folder/record.js';
import { RunFolder } from '../../run/folder/run-folder.js';
import { stageOf } from '../../run/folder/stage.js';
import { fingerprintMethod } from '../../run/method/open-method.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';
import { methodAt } from './run-options.js';

/**
 * Whether the files that methods come from are those that the experiment began with.
 *
 * @throws AdarandError `compare.method-changed`.
 */
export function checkMethods({ request: { methods } }: ExperimentRecord): void {
  for (const { name, file } of methods)
    if (fingerprintMethod(name) !== file) throw changed('method', name, 'it was changed', 'file');
}

/**
 * Whether a run had the images that all runs of its seed and fraction have, and the network and method of the others.
 *
 * @throws AdarandError `compare.data-changed`, `compare.model-changed`, `compare.method-changed`.
 */
export async function checkUnchanged(
  path: string,
  run: ExperimentRun,
  record: ExperimentRecord,
): Promise<void> {
  const { dataset, model, seed, fraction } = run;
  const { splits, request, runs } = record;
  const own = await recordOf(path, run);
  const split = splits.find(
    (one) => one.dataset === dataset && one.seed === seed && one.fraction === fraction,
  );
  if (split !== undefined && own.data.fingerprint !== split.fingerprint)
    throw changed('data', pathOf(request.data, dataset), 'files were added, removed or changed', 'folder');
  const { name, file } = methodAt(run, request);
  if (own.methodFile !== file) throw changed('method', name, 'it was changed', 'file');
  const before = runs.find(
    (other) =>
      other.status === 'finished' &&
      other.model === model &&
      other.method === run.method &&
      other.run !== run.run,
  );
  if (before === undefined || stageOf(join(path, before.run)) === undefined) return;
  if ((await recordOf(path, before)).model.fingerprint !== own.model.fingerprint)
    throw changed('model', pathOf(request.models, model), 'it was changed', 'model');
}

async function recordOf(path: string, { run }: ExperimentRun): Promise<RunRecord> {
  return (await RunFolder.open(join(path, run))).record();
}

function pathOf(list: readonly { readonly name: string; readonly path: string }[], name: string): string {
  return list.find((one) => one.name === name)?.path ?? name;
}

function changed(what: 'data' | 'model' | 'method', path: string, how: string, word: string): AdarandError {
  return new AdarandError(
    `compare.${what}-changed`,
    `${path} is not what this experiment began with: ${how}`,
    `Restore the ${word}, or start a new experiment.`,
  );
}
