import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../../run/events.js';
import type { RunSummary } from '../../run/folder/record.js';
import { resume } from '../../run/operations/resume.js';
import { train } from '../../run/operations/train.js';
import type { Runner } from '../launch-runs.js';
import { trainOrContinue } from '../train-or-continue.js';
import type { CompareFolder } from './compare-folder.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';
import { runOptions } from './run-options.js';

/**
 * Trains one of an experiment's runs, or continues it. Everything that an experiment computes of its runs begins here. One run of each
 * method has a process of its own, so that it is known what memory the method takes.
 */
export async function runPlace(
  run: ExperimentRun,
  { folder, record }: { readonly folder: CompareFolder; readonly record: ExperimentRecord },
  runner: Runner,
  onEvent: (event: RunEvent) => void,
): Promise<RunSummary> {
  const path = join(folder.path, run.run);
  // What has failed would fail again from where it is; a process that crashed has lost nothing.
  if (run.status === 'failed' && run.error.code !== 'process.crashed')
    await rm(path, { recursive: true, force: true });
  const where = isMeasured(run, record) ? apart(runner) : runner;
  return trainOrContinue(path, runOptions(run, record), where, onEvent);
}

/** Whether it is the first run of its method with the most images of its dataset. */
function isMeasured({ run, dataset, model, method }: ExperimentRun, { runs }: ExperimentRecord): boolean {
  const others = runs.filter(
    (other) => other.dataset === dataset && other.model === model && other.method === method,
  );
  const most = Math.max(...others.map(({ fraction }) => fraction));
  return others.find(({ fraction }) => fraction === most)?.run === run;
}

function apart({ perform }: Runner): Pick<Runner, 'train' | 'resume'> {
  return {
    train: (options, onEvent) => perform(train, options, onEvent),
    resume: (path, onEvent) => perform(resume, { run: path }, onEvent),
  };
}
