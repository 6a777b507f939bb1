#!/usr/bin/env node
/** The `adarand` command. Nothing heavy is loaded before a command runs, so that help is instant. */
import { CommanderError } from 'commander';
import { writeError } from '../files/atomic.js';
import { exitCodeFor, reportError } from './errors.js';
import { createProgram } from './program.js';

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  process.stdout.on('error', endWithoutOutput);
  try {
    const program = await createProgram(words);
    await program.parseAsync(words, { from: 'user' });
    // What a command has printed may be no success.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const reported = error instanceof CommanderError ? await usageErrorOf(error, words) : error;
    reportError(reported, { json: words.includes('--json') });
    return exitCodeFor(reported);
  }
}

function endWithoutOutput(cause: NodeJS.ErrnoException): never {
  // A reader that has seen enough (`| head`) closes the pipe: not a fault.
  if (cause.code === 'EPIPE') process.exit(0);
  const error = writeError('the output', cause);
  reportError(error, { json: false });
  process.exit(exitCodeFor(error));
}

async function usageErrorOf(error: CommanderError, words: readonly string[]): Promise<Error> {
  const { usageError } = await import('./usage-error.js');
  return usageError(error, words);
}
