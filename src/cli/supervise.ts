import type { Launched } from '../process/launch.js';
import { atOnce, onInterruption } from './interruption.js';
import { printError } from './terminal.js';

/**
 * Waits for an operation's process. The first Ctrl-C or SIGTERM asks it to stop at the next step, with a checkpoint; the
 * second one ends it at once.
 */
export async function supervise<Result>(launched: Launched<Result>): Promise<Result> {
  let asked = false;
  const done = onInterruption((signal) => {
    if (asked) return launched.kill();
    asked = true;
    printError(atOnce('stopping at the next step', signal, 'stop'));
    launched.stop();
  });
  try {
    return await launched.result;
  } finally {
    done();
  }
}
