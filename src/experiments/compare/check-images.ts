import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import { RunFolder } from '../../run/folder/run-folder.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';

/**
 * Whether a run had the images that all runs of its seed and fraction have.
 *
 * @throws AdarandError `compare.data-changed`.
 */
export async function checkImages(
  path: string,
  { dataset, seed, fraction, run }: ExperimentRun,
  { splits, request }: ExperimentRecord,
): Promise<void> {
  const split = splits.find(
    (one) => one.dataset === dataset && one.seed === seed && one.fraction === fraction,
  );
  const { data } = await (await RunFolder.open(join(path, run))).record();
  if (split === undefined || data.fingerprint === split.fingerprint) return;
  const folder = request.data.find(({ name }) => name === dataset)?.path ?? dataset;
  throw new AdarandError(
    'compare.data-changed',
    `${folder} is not what this experiment began with: files were added, removed or changed`,
    'Restore the folder, or start a new experiment.',
  );
}
