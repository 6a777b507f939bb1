#!/usr/bin/env node
/** The `adarand` command. Nothing heavy is loaded before a command runs, so that help is instant. */
import { CommanderError } from 'commander';
import { exitCodeFor, reportError } from './errors.js';
import { createProgram } from './program.js';

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) closes the pipe: no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await createProgram().parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportError(error, { json: argv.includes('--json') });
    return exitCodeFor(error);
  }
}
