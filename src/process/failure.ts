import { AdarandError, messageOf } from '../errors.js';
import { failureOf } from '../run/failure.js';
import type { SentFailure } from './messages.js';

/** An error's class does not survive being sent. */
export function toFailure(error: unknown): SentFailure {
  if (error instanceof AdarandError) return { type: 'failure', ...failureOf(error) };
  const message = messageOf(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return { type: 'failure', message, ...(stack === undefined ? {} : { stack }) };
}

export function fromFailure({ code, message, hint, stack }: SentFailure): Error {
  if (code !== undefined) return new AdarandError(code, message, hint);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
