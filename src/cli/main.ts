#!/usr/bin/env node
/** The `adarand` command. Nothing heavy is loaded before a command runs, so that help is instant. */
import { CommanderError } from 'commander';
import { exitCodeFor, reportError } from './errors.js';
import { createProgram } from './program.js';

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) closes the pipe: not a fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
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

async function usageErrorOf(error: CommanderError, words: readonly string[]): Promise<Error> {
  const { usageError } = await import('./usage-error.js');
  return usageError(error, words);
}
