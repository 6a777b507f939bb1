import { AdarandError } from '../errors.js';
import { STOPPED } from '../run/events.js';

/** The error of an experiment that has begun, with the command that continues it. */
export function continued(error: unknown, command: string, kept: string): unknown {
  if (!(error instanceof AdarandError)) return error;
  if (error.code === STOPPED)
    return new AdarandError(STOPPED, `stopped; ${kept}`, `Continue with: ${command}`);
  return new AdarandError(
    error.code,
    error.message,
    `${error.hint ?? ''} Then continue with: ${command}`.trim(),
    error,
  );
}
