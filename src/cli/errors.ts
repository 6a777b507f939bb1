import { AdarandError } from '../errors.js';
import { commandLine } from '../run/command-line.js';
import { STOPPED } from '../run/events.js';
import { interruptedCode } from './interruption.js';
import { printJson } from './json.js';
import { indented, printError } from './terminal.js';

/** Code of the error that ends a command that has answered for some of its inputs only. */
export const INCOMPLETE = 'cli.incomplete';

/** 2 for a mistake in the input, 130 for a run that was stopped by Ctrl-C and 143 by SIGTERM, 1 for a bug, a crash or an incomplete answer. */
export function exitCodeFor(error: unknown): number {
  if (!(error instanceof AdarandError)) return 1;
  if (error.code === STOPPED) return interruptedCode();
  return ['process.crashed', INCOMPLETE].includes(error.code) ? 1 : 2;
}

/** Writes what was wrong to stderr; with `json` also as a line on stdout. */
export function reportError(error: unknown, { json }: { readonly json: boolean }): void {
  const { code, message, hint } = describe(error);
  printError(`${code === STOPPED ? '' : 'error: '}${indented(message)}\n`);
  if (hint !== undefined) printError(`hint: ${indented(hint)}\n`);
  if (json) printJson({ type: 'error', code, message, hint });
}

function describe(error: unknown) {
  if (error instanceof AdarandError) return error;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'internal',
    message: `something went wrong inside adarand\n${stack}`,
    hint: `This is a bug: please report it with the lines above and the output of \`${commandLine('doctor')}\`.`,
  };
}
