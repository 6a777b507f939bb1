import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import { type PreparingRun, type RunStatus, runStatus } from '../../run/use/watch/run-status.js';
import { experimentStatus } from './experiment-status.js';
import type { ManyStatus } from './many-status.js';
import { searchStatus } from './search-status.js';

/** What a folder holds, as its files show it at this moment. */
export type WatchedStatus = RunStatus | PreparingRun | ManyStatus;

/**
 * Looks at a run, a search or an experiment. Reads only, and takes no lock.
 *
 * @throws AdarandError `watch.nothing` for another folder, `run.damaged`, `files.json-lines`.
 */
export async function watchedStatus(path: string): Promise<WatchedStatus> {
  if (existsSync(join(path, 'experiment.json'))) return experimentStatus(path);
  if (existsSync(join(path, 'tune.json'))) return searchStatus(path);
  try {
    return await runStatus(path);
  } catch (error) {
    if (!(error instanceof AdarandError) || error.code !== 'run.not-a-run') throw error;
    throw new AdarandError(
      'watch.nothing',
      existsSync(path)
        ? `${path} is no run, search or experiment: it has no run.json, tune.json or experiment.json`
        : `${path} does not exist`,
      'Give the folder of a run, or the one that `tune` or `compare` wrote.',
      error,
    );
  }
}

export function isMany(status: WatchedStatus): status is ManyStatus {
  return 'kind' in status;
}
