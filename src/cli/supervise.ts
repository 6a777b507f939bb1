import type { Launched } from '../process/launch.js';
import { printError } from './terminal.js';

/**
 * Waits for an operation's process. The first Ctrl-C (or SIGTERM) asks it to stop at the next step, with a checkpoint; the
 * second one ends it at once.
 */
export async function supervise<Result>(launched: Launched<Result>): Promise<Result> {
  let asked = false;
  const interrupt = () => {
    if (asked) return launched.kill();
    asked = true;
    printError('\nstopping at the next step; press Ctrl-C again to stop at once\n');
    launched.stop();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await launched.result;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
