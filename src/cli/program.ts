import { Command } from 'commander';
import { adarandVersion } from '../package.js';
import { commandLine } from '../run/command-line.js';
import { commandIn, commands } from './commands/index.js';
import { helpWidth, narrowHelp } from './help-width.js';

/**
 * The parser of the command line. Of the commands, only the one that `words` (all that follows `adarand`) name is
 * loaded and gets its flags.
 */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command(commandLine())
    .description('Fine-tunes pretrained image classifiers on small folders of images.')
    .version(adarandVersion(), '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [command]', 'the help of a command')
    .addHelpText(
      'after',
      `\nExample: ${typed('train photos --model sample')}\nIts options: ${typed('train --help')}`,
    )
    // Errors are reported by `reportError`, in the same way as all others.
    .configureOutput({ outputError: () => {}, getOutHelpWidth: helpWidth })
    .configureHelp(narrowHelp())
    .exitOverride();
  const chosen = commandIn(words);
  for (const entry of commands) {
    const command = program
      .command(`${entry.name} ${entry.usage}`)
      .description(entry.summary)
      .helpOption('-h, --help', 'Print this help.')
      .addHelpText('after', `\nExample: ${typed(entry.example)}`)
      .option('--json', 'Print JSON instead of text: one object per line.');
    if (entry !== chosen) continue;
    const { addOptions } = await import('./add-options.js');
    addOptions(command, await entry.load());
  }
  return program;
}

const typed = (words: string) => commandLine(...words.split(' '));
