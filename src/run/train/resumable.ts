import { AdarandError } from '../../errors.js';
import { STOPPED } from '../events.js';
import { type BatchOf, smallerBatch } from './smaller-batch.js';

/** What a run that was asked to stop ends with. */
export function stopped(command: string, step: number): AdarandError {
  return new AdarandError(
    STOPPED,
    `stopped after step ${step}, with a checkpoint`,
    `Continue with: ${command}`,
  );
}

export function isStop(error: unknown): boolean {
  return error instanceof AdarandError && error.code === STOPPED;
}

/** An error that a run of smaller batches may not have, with how that is asked for. */
export function inAnotherRun(error: unknown, run: BatchOf): unknown {
  if (!(error instanceof AdarandError) || error.code !== 'runtime.memory') return error;
  return new AdarandError(error.code, error.message, `Start another run with ${smallerBatch(run)}.`, error);
}

/** How a run goes on from its last checkpoint. */
export interface Continuation {
  readonly command: string;
  /** The same with fewer images at a time; undefined where there is one at a time. */
  readonly withFewerImages: string | undefined;
  /** Batches that are done. */
  readonly step: number;
}

/** An error of a run that has begun, with the command that continues the run where that can help. */
export function resumable(error: unknown, { command, withFewerImages, step }: Continuation): unknown {
  if (!(error instanceof AdarandError)) return error;
  const { code, message } = error;
  if (code === STOPPED) return stopped(command, step);
  if (!/^(files|data|device)[.]|^runtime[.]memory$/.test(code)) return error;
  // This run cannot choose another folder any more.
  const hint = code === 'files.disk-full' ? 'Free some space.' : (error.hint ?? '');
  if (code === 'runtime.memory' && withFewerImages !== undefined)
    return new AdarandError(
      code,
      message,
      `Go on with fewer images at a time: ${withFewerImages}   Or free memory, and continue as it was: ${command}`,
      error,
    );
  const resume = `Then continue from the last checkpoint: ${command}`;
  return new AdarandError(code, message, `${hint} ${resume}`.trim(), error);
}
