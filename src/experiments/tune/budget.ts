import { mean } from '../../analysis/statistics.js';
import { AdarandError } from '../../errors.js';
import { commandLine } from '../../run/command-line.js';
import { allEpochs, methodsOf } from '../../run/options/tune-options.js';
import { affordable, type Pace, runsOf, type Search, secondsOf } from './halving.js';
import type { TriedRun, TuneRecord } from './record.js';

const DEFAULT_MINUTES = 20;

/**
 * How many configurations of each method a search may have, by its number of trials, or by its minutes and what its runs
 * took so far; at least one, until a run has shown what one takes.
 *
 * @throws AdarandError `tune.budget` where the first run of each method shows that there is no time for two.
 */
export function plannedCount(record: TuneRecord, path: string): number {
  const { request, tried } = record;
  if (request.trials !== undefined) return request.trials;
  const pace = paceOf(tried);
  if (pace === undefined) return 1;
  const { minutes = DEFAULT_MINUTES } = request;
  const search = searchOf(record);
  const count = affordable(60 * minutes, search, pace);
  if (count >= 2) return count;
  if (tried.length > search.methods) return 2;
  const least = minutesOf(search, pace);
  // What the next runs take may be a little more.
  const enough = String(inTenths(1.1 * least));
  const ofOne = minutesOf({ ...search, folds: 1 }, pace);
  const fewer = ofOne < least ? `--folds 1, for about ${ofOne} minutes, or with ` : '';
  throw new AdarandError(
    'tune.budget',
    `--minutes ${minutes} is too little: two configurations of ${search.methods === 1 ? 'the method' : 'each method'} and the final run take about ${least} minutes here`,
    `Continue with: ${commandLine('tune', '--resume', path, '--minutes', enough)}. Or start again with ${fewer}fewer --epochs.`,
  );
}

/** Of two configurations of each method. */
function minutesOf(search: Search, pace: Pace): number {
  return inTenths(secondsOf(2, search, pace) / 60);
}

/** Rounded up, so that it suffices. */
function inTenths(minutes: number): number {
  return Math.ceil(minutes * 10) / 10;
}

/** Until the end of a search with `count` configurations of each method; null before its first run has ended. */
export function secondsLeft(record: TuneRecord, count: () => number): number | null {
  const pace = paceOf(record.tried);
  if (pace === undefined) return null;
  return Math.max(0, secondsOf(count(), searchOf(record), pace) - record.seconds);
}

/** What a search that is looked at from outside is going to be; undefined before it can be known. */
export function expectedOf(
  record: TuneRecord,
  path: string,
): { readonly runs: number; readonly secondsLeft: number | null } | undefined {
  const count = countSoFar(record, path);
  // Until the first run has ended, neither the number of cuts is known, nor what a budget of minutes suffices for.
  if (count === undefined || record.tried.length === 0) return undefined;
  return { runs: runsOf(count, searchOf(record)), secondsLeft: secondsLeft(record, () => count) };
}

/** Configurations of each method: once the first stage is over, those that it had. */
function countSoFar(record: TuneRecord, path: string): number | undefined {
  const first = record.tried.filter(({ stage, fold }) => stage === 0 && fold === 0);
  if (first.length < record.tried.length) return first.length / methodsOf(record.request).length;
  try {
    return plannedCount(record, path);
  } catch (error) {
    if (error instanceof AdarandError) return undefined;
    throw error;
  }
}

const searchOf = ({ request, folds = 1 }: TuneRecord): Search => ({
  methods: methodsOf(request).length,
  epochs: allEpochs(request),
  folds,
});

/** Means over the runs whose epochs were timed; undefined without any. */
function paceOf(tried: readonly TriedRun[]): Pace | undefined {
  const timed = tried.flatMap(({ seconds, epochs, seconds_per_epoch: epochSeconds }) =>
    epochSeconds === null ? [] : [{ startSeconds: seconds - epochs * epochSeconds, epochSeconds }],
  );
  if (timed.length === 0) return undefined;
  return {
    startSeconds: Math.max(0, mean(timed.map(({ startSeconds }) => startSeconds))),
    epochSeconds: mean(timed.map(({ epochSeconds }) => epochSeconds)),
  };
}
