import { join } from 'node:path';
import { z } from 'zod';
import { workStateOf } from '../../run/use/watch/work-state.js';
import { type ExperimentRun, experimentRunSchema } from '../compare/record.js';
import { currentRuns, type EndedRun, type ManyStatus, readProgress } from './many-status.js';

/** What of `experiment.json` says how far it has come. */
const progressSchema = z.object({
  version: z.literal(1),
  runs: z.array(experimentRunSchema),
  seconds: z.number().min(0),
  check_seconds: z.number().min(0).default(0),
});

/** How far an experiment of `compare` has come. @throws AdarandError `run.damaged`. */
export async function experimentStatus(path: string): Promise<ManyStatus> {
  const { runs, seconds, check_seconds } = await readProgress(path, 'experiment.json', progressSchema);
  const planned = runs.filter(({ status }) => status === 'planned');
  const ended = runs.length - planned.length;
  const isFinished = planned.length === 0;
  return {
    kind: 'experiment',
    path,
    ...workStateOf(path, isFinished),
    runs: runs.length,
    finished: runs.filter(({ status }) => status === 'finished').length,
    failed: runs.filter(({ status }) => status === 'failed').length,
    seconds,
    // What the whole took for each run that has ended: side by side or one after the other.
    seconds_left: isFinished || ended === 0 ? null : ((seconds - check_seconds) / ended) * planned.length,
    ended: runs.flatMap(endedRun),
    current: isFinished ? [] : await currentRuns(planned.map(({ run }) => join(path, run))),
  };
}

function endedRun(one: ExperimentRun): EndedRun[] {
  if (one.status === 'planned') return [];
  const { run, seconds } = one;
  return [{ run, val_accuracy: null, error: one.status === 'failed' ? one.error.message : null, seconds }];
}
