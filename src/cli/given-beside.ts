import type { z } from 'zod';
import { describeOptions, flagOf } from '../run/options/describe-options.js';
import type { Typed } from './commands/command.js';

/** What was typed beside the options that are `allowed`, as it is typed: `DATA`, `--learning-rate`, `--no-flip`. */
export function givenBeside(
  given: Typed['given'],
  command: { readonly options: z.ZodObject; readonly arguments: readonly string[] },
  allowed: readonly string[],
): string[] {
  return describeOptions(command.options)
    .filter(({ key }) => !allowed.includes(key) && isGiven(given[key]))
    .map((option) =>
      command.arguments.includes(option.key) ? option.key.toUpperCase() : `--${flagOf(option)}`,
    );
}

/** An argument that takes any number of words may have none. */
function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}
