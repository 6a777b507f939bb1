import { AdarandError } from '../../src/errors.js';

/** What a message never has: a stack, or words of the machine instead of ours. */
const leaks =
  /\n\s+at |invariant violated|\[object |is not a function|Cannot (read|destructure|convert)|Invalid (array|typed array) length|call stack|Serialization/;

/** What is wrong with how a reader ended; undefined for an AdarandError that a user can act on. */
export function faultOf(error: unknown): string | undefined {
  if (!(error instanceof AdarandError))
    return error instanceof Error ? String(error.stack) : `threw ${String(error)}`;
  const { code, message } = error;
  if (!/^[a-z]+\.[a-z-]+$/.test(code)) return `the code ${code}`;
  // What we built should have been refused before.
  if (code === 'runtime.failed') return `the message "${message}" (${code})`;
  return leaks.test(message) ? `the message "${message}" (${code})` : undefined;
}
