import { watchOptionsSchema } from '../../experiments/watch/watch-options.js';
import { watchedStatus } from '../../experiments/watch/watched-status.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import { untilInterrupted } from '../until-interrupted.js';
import { describe } from '../watch/describe.js';
import { statusLine, viewOf } from '../watch/view.js';
import type { Command } from './command.js';

/** Between two looks. */
const MILLISECONDS = 1000;

export const command = {
  options: watchOptionsSchema,
  arguments: ['path'],
  async run({ parse, json }) {
    const { path, once } = parse(watchOptionsSchema);
    const first = await watchedStatus(path);
    if (once) {
      if (json) printJson(statusLine(first));
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
} satisfies Command<typeof watchOptionsSchema>;

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
