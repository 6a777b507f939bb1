import { AdarandError } from '../errors.js';
import type { Failure } from './messages.js';

/** An error's class does not survive being sent. */
export function toFailure(error: unknown): Failure {
  if (error instanceof AdarandError) {
    const { code, message, hint } = error;
    return { type: 'failure', code, message, ...(hint === undefined ? {} : { hint }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return { type: 'failure', message, ...(stack === undefined ? {} : { stack }) };
}

export function fromFailure({ code, message, hint, stack }: Failure): Error {
  if (code !== undefined) return new AdarandError(code, message, hint);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
