import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../../run/events.js';
import type { RunSummary } from '../../run/folder/record.js';
import type { Runner } from '../launch-runs.js';
import { trainOrContinue } from '../train-or-continue.js';
import type { CompareFolder } from './compare-folder.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';
import { runOptions } from './run-options.js';

/** Trains one of an experiment's runs, or continues it. Everything that an experiment computes of its runs begins here. */
export async function runPlace(
  run: ExperimentRun,
  { folder, record }: { readonly folder: CompareFolder; readonly record: ExperimentRecord },
  runner: Pick<Runner, 'train' | 'resume'>,
  onEvent: (event: RunEvent) => void,
): Promise<RunSummary> {
  const path = join(folder.path, run.run);
  // What has failed would fail again from where it is; a process that crashed has lost nothing.
  if (run.status === 'failed' && run.error.code !== 'process.crashed')
    await rm(path, { recursive: true, force: true });
  return trainOrContinue(path, runOptions(run, record), runner, onEvent);
}
