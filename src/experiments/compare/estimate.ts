import { mean } from '../../analysis/statistics.js';
import type { ExperimentRun } from './record.js';
import { isAlike } from './run-options.js';

/** Share of a run's time that does not depend on the number of its images: its start. */
const CONSTANT = 0.2;

/**
 * Seconds until the end of the runs of an experiment, or of its search: of what is left, by what finished runs took; null before one has. `going` are the
 * seconds of the runs that are going on, by their numbers.
 */
export function secondsLeft(
  runs: readonly ExperimentRun[],
  going: ReadonlyMap<number, number>,
  isLeft: (run: ExperimentRun) => boolean,
  parallel: number,
): number | null {
  const finished = runs.flatMap((run) => (run.status === 'finished' ? [run] : []));
  if (finished.length === 0) return null;
  const expected = (run: ExperimentRun): number => {
    const alike = finished.filter((other) => isAlike(other, run));
    if (alike.length > 0) return mean(alike.map(({ seconds }) => seconds));
    const near = finished.filter((other) => other.dataset === run.dataset && other.model === run.model);
    const others = near.length > 0 ? near : finished;
    return mean(
      others.map(
        ({ seconds, fraction }) => seconds * (CONSTANT + ((1 - CONSTANT) * run.fraction) / fraction),
      ),
    );
  };
  const left = runs.map((run, number) => {
    if (!isLeft(run)) return 0;
    return Math.max(0, expected(run) - (going.get(number) ?? 0));
  });
  const all = left.reduce((sum, seconds) => sum + seconds, 0);
  return Math.max(all / parallel, ...left);
}
