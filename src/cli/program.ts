import { Command } from 'commander';
import { adarandVersion } from '../package.js';
import { commandLine } from '../run/command-line.js';
import { commandIn, commands } from './commands/index.js';

/**
 * The parser of the command line. Of the commands, only the one that `words` (all that follows `adarand`) name is
 * loaded and gets its flags.
 */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command(commandLine())
    .description('Fine-tune pretrained networks on small image datasets.')
    .version(adarandVersion(), '-V, --version')
    // Errors are reported by `reportError`, in the same way as all others.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  const chosen = commandIn(words);
  for (const entry of commands) {
    const command = program
      .command(`${entry.name} ${entry.usage}`)
      .description(entry.summary)
      .option('--json', 'One JSON object per line on stdout.');
    if (entry !== chosen) continue;
    const { addOptions } = await import('./add-options.js');
    addOptions(command, await entry.load());
  }
  return program;
}
