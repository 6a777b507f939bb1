import { z } from 'zod';
import { watchedStatus } from '../../experiments/watch/watched-status.js';
import { optionRegistry } from '../../run/options/option.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import { untilInterrupted } from '../until-interrupted.js';
import { describe } from '../watch/describe.js';
import { viewOf } from '../watch/view.js';
import type { Command } from './command.js';

const options = z.strictObject({
  path: z.string().min(1).register(optionRegistry, {
    description: 'Folder of a run, of a search that `tune` made, or of an experiment.',
    group: 'Input and output',
    value: 'path',
  }),
  once: z.boolean().default(false).register(optionRegistry, {
    description: 'Print how far it has come, and end.',
    group: 'Input and output',
  }),
});

/** Between two looks. */
const MILLISECONDS = 1000;

export const command = {
  options,
  arguments: ['path'],
  async run({ parse, json }) {
    const { path, once } = parse(options);
    const first = await watchedStatus(path);
    if (once) {
      if (json) printJson(first);
      else print(`${describe(first).join('\n')}\n`);
      return;
    }
    const view = viewOf({ json });
    const interruption = new AbortController();
    untilInterrupted(() => interruption.abort());
    for (let status = first; ; status = await watchedStatus(path)) {
      view.show(status);
      if (status.state === 'finished' || interruption.signal.aborted) break;
      await pause(MILLISECONDS, interruption.signal);
      if (interruption.signal.aborted) break;
    }
    // Handlers of signals keep no process alive; a timer that was cut short is gone.
  },
} satisfies Command<typeof options>;

/** Ends early when it is interrupted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
