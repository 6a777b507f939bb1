import type { CommanderError } from 'commander';
import { AdarandError } from '../errors.js';
import { commandLine } from '../run/command-line.js';
import { optionKey } from '../run/options/flag-name.js';
import { renamedOptions } from '../run/options/renamed-options.js';
import { type CommandEntry, commandIn } from './commands/index.js';

/** Commander's own errors (an unknown flag, a missing value, ...) as an error about the user's input. */
export async function usageError(
  { message, code }: CommanderError,
  words: readonly string[],
): Promise<AdarandError> {
  if (code === 'commander.help') return refusal('no command is given', `See \`${commandLine('--help')}\`.`);
  const problem = message.replace(/^error: /, '');
  const command = commandIn(words);
  if (command === undefined) return refusal(problem, `See \`${commandLine('--help')}\`.`);
  const before = /^unknown option '--([a-z-]+)/.exec(problem)?.[1];
  const now = before === undefined ? undefined : await renamedFlag(before, command);
  if (now !== undefined) return refusal(`there is no --${before} any more`, `Use --${now}.`);
  return refusal(problem, `See \`${commandLine(command.name, '--help')}\`.`);
}

/** The present flag of an option of the command that had this flag before. */
async function renamedFlag(flag: string, command: CommandEntry): Promise<string | undefined> {
  const key = renamedOptions.get(optionKey(flag));
  if (key === undefined) return undefined;
  const { describeOptions, flagOf } = await import('../run/options/describe-options.js');
  const option = describeOptions((await command.load()).options).find((each) => each.key === key);
  return option && flagOf(option);
}

function refusal(message: string, hint: string): AdarandError {
  return new AdarandError('cli.usage', message, hint);
}
