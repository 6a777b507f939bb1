import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { workStateOf } from '../../run/use/watch/work-state.js';
import { expectedOf } from '../tune/budget.js';
import { tuneRecordSchema } from '../tune/record.js';
import { TRIALS } from '../tune/tune-folder.js';
import { currentRuns, type ManyStatus, readProgress } from './many-status.js';

/** How far a search of `tune` has come. @throws AdarandError `run.damaged`. */
export async function searchStatus(path: string): Promise<ManyStatus> {
  const record = await readProgress(path, 'tune.json', tuneRecordSchema);
  const { tried, report, seconds } = record;
  const isFinished = report !== undefined;
  const known = new Set(tried.map(({ run }) => run));
  const names = await readdir(join(path, TRIALS)).catch((): string[] => []);
  const others = [...names.map((name) => join(TRIALS, name)), 'best'].filter((run) => !known.has(run));
  const expected = isFinished ? undefined : expectedOf(record, path);
  const finished = tried.length + Number(isFinished);
  return {
    kind: 'search',
    path,
    ...workStateOf(path, isFinished),
    runs: isFinished ? finished : (expected?.runs ?? null),
    finished,
    failed: 0,
    seconds,
    seconds_left: expected?.secondsLeft ?? null,
    ended: tried.map(({ run, val_accuracy, seconds: taken }) => ({
      run,
      val_accuracy,
      error: null,
      seconds: taken,
    })),
    current: isFinished ? [] : await currentRuns(others.map((run) => join(path, run))),
  };
}
