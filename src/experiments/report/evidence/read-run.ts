import { AdarandError } from '../../../errors.js';
import { readEpochs } from '../../../run/folder/metrics-log.js';
import type { RunRecord } from '../../../run/folder/record.js';
import { RunFolder } from '../../../run/folder/run-folder.js';
import type { Place } from '../../compare/record.js';
import type { FinishedRun, RunEvidence } from './evidence.js';

/** A run as its folder has it. @throws AdarandError `run.not-a-run`, `run.damaged`, naming the run. */
export async function readRecord(path: string): Promise<RunRecord> {
  return (await RunFolder.open(path)).record();
}

/** @throws AdarandError `run.not-a-run`, `run.damaged`, `files.json-lines`. */
export async function readRun(path: string, place: Place): Promise<RunEvidence> {
  const folder = await RunFolder.open(path);
  const [record, summary] = [await folder.record(), await folder.summary()];
  if (summary === undefined)
    return { status: 'unfinished', place, path, why: 'it was stopped, or is being trained' };
  const epochs = await readEpochs(folder.metrics);
  return { status: 'finished', place, path, record, summary, epochs };
}

/** A run that an experiment says has ended. */
export async function readFinished(path: string, place: Place): Promise<FinishedRun> {
  const run = await readRun(path, place);
  if (run.status === 'finished') return run;
  throw new AdarandError(
    'report.run-changed',
    `the experiment says that ${path} has ended, but it has no summary.json`,
    'Restore the run, or leave it out by removing it from experiment.json.',
  );
}
