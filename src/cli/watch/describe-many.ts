import { duration } from '../../duration.js';
import type { EndedRun, ManyStatus } from '../../experiments/watch/many-status.js';
import { percent } from '../../format-accuracy.js';
import { printableName } from '../../printable.js';
import { commandLine } from '../../run/command-line.js';
import { indented } from '../terminal.js';
import { bar } from './bar.js';
import { describeRun, progressOf } from './describe-run.js';

const LISTED = 3;

/** A search or an experiment as some lines of a terminal. */
export function describeMany(many: ManyStatus): string[] {
  const { current, ended } = many;
  return [
    `${printableName(many.path)}: ${many.kind === 'search' ? 'a search of options' : 'an experiment'}`,
    stateOf(many),
    countsOf(many),
    ...ended.slice(-LISTED).map(describeEnded),
    ...current.flatMap((run) => ['', ...describeRun(run, { isPart: true })]),
  ];
}

/** What is new since it was looked at before, as lines that stay. */
export function newsOfMany(before: ManyStatus | undefined, now: ManyStatus): string[] {
  if (before === undefined) return describeMany(now).filter((line) => line !== '');
  const known = new Set(before.ended.map(({ run }) => run));
  const begun = new Set(before.current.map(({ path }) => path));
  return [
    ...(before.state === now.state && before.holder === now.holder ? [] : [stateOf(now)]),
    ...now.ended.filter(({ run }) => !known.has(run)).map(describeEnded),
    ...now.current.filter(({ path }) => !begun.has(path)).map(({ path }) => `began ${printableName(path)}`),
    ...(before.state !== 'finished' && now.state === 'finished' ? [countsOf(now)] : []),
  ];
}

/** How far the whole has come, and the run that is going on. */
export function progressOfMany(many: ManyStatus): string {
  const [run] = many.current;
  const inside = run === undefined || run.state === 'preparing' ? [] : [progressOf(run)];
  return [countsOf(many), ...inside].join('  ');
}

function countsOf({ runs, finished, failed, seconds_left, state }: ManyStatus): string {
  const ended = finished + failed;
  const parts = [
    ...(runs === null || runs === 0 ? [] : [bar(ended / runs)]),
    `${ended}${runs === null ? '' : ` of ${runs}`} runs have ended${failed === 0 ? '' : `, ${failed} failed`}`,
    ...(state === 'running' && seconds_left !== null ? [`about ${duration(seconds_left)} left`] : []),
  ];
  return parts.join('  ');
}

function describeEnded({ run, val_accuracy, error, seconds }: EndedRun): string {
  const outcome =
    error === null ? (val_accuracy === null ? 'finished' : `val ${percent(val_accuracy)}`) : 'FAILED';
  const why = error === null ? '' : `: ${indented(error)}`;
  return `${printableName(run)}  ${outcome}  ${duration(seconds)}${why}`;
}

function stateOf({ state, holder, path, kind }: ManyStatus): string {
  if (state === 'running') return `running (${holder})`;
  if (state === 'finished') return 'finished';
  return `${state === 'dead' ? 'its process is dead' : 'stopped'}; continue with: ${commandLine(...resuming[kind], path)}`;
}

const resuming = { search: ['tune', '--resume'], experiment: ['compare', '--resume'] } as const;
