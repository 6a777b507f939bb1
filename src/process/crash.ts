import { AdarandError } from '../errors.js';
import { commandLine } from '../run/command-line.js';
import { STOPPED } from '../run/events.js';
import { stageOf } from '../run/folder/stage.js';

/** How a process ended without an answer. */
export interface Crash {
  readonly code: number | null;
  readonly signal: string | null;
  /** What it was doing. */
  readonly phase: string;
  /** The run that it was writing, or about to. */
  readonly run: string | undefined;
  /** The end of what native code printed. */
  readonly output: string;
}

/** A native crash, or a process that was ended from outside, in words. */
export function crashed({ code, signal, phase, run, output }: Crash): AdarandError {
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  const why = signal === 'SIGKILL' ? ', probably because memory ran out' : '';
  const said = output.trim() === '' ? '' : `\nIts last output:\n${output.trim()}`;
  const less = signal === 'SIGKILL' ? 'Try a smaller --batch-size or --image-size.' : '';
  return new AdarandError(
    'process.crashed',
    `the process ${how}${why} (phase: ${phase})${said}`,
    [less, howToContinue(run)].filter((part) => part !== '').join(' ') || undefined,
  );
}

/** The parent ended it on purpose. */
export function killed(run: string | undefined): AdarandError {
  return new AdarandError(STOPPED, 'stopped at once', howToContinue(run) || undefined);
}

/** Nothing for what is no run, or not yet. */
function howToContinue(run: string | undefined): string {
  const stage = run === undefined ? undefined : stageOf(run);
  if (run === undefined || stage === undefined) return '';
  return stage === 'finished'
    ? `${run} is finished nevertheless.`
    : `Continue from its last checkpoint with: ${commandLine('train', '--resume', run)}`;
}
