/**
 * The process that performs an operation, reports on it to its parent, and ends, or waits for another. Started by
 * `operation-process.ts`.
 */

import type { RunHost } from '../run/events.js';
import { toFailure } from './failure.js';
import { incompleteInstall } from './incomplete-install.js';
import { type FromProcess, type ToProcess, toProcessSchema } from './messages.js';
import { operations } from './operations.js';
import { endWithParent } from './parent-watch.js';

endWithParent(Number(process.argv[2]));

let stopping = false;
const stop = () => {
  stopping = true;
};
// A parent that is gone receives nothing, but its run is still saved; the same when the system shuts down.
process.on('disconnect', stop).on('SIGTERM', stop).on('SIGINT', stop);
process.on('message', (raw) => {
  const message = toProcessSchema.parse(raw);
  if (message.type === 'stop') stop();
  else void perform(message);
});

let performed = 0;

async function perform({ name, request, stays }: Extract<ToProcess, { type: 'perform' }>): Promise<void> {
  const host: RunHost = {
    emit: (event) => void send({ type: 'event', event }),
    stop: () => stopping,
    isLater: performed++ > 0,
  };
  try {
    const operation = await operations[name]();
    await send({ type: 'result', result: await operation.perform(request, host) });
    if (stays && !stopping) return;
  } catch (error) {
    await send(toFailure(incompleteInstall(error) ?? error));
  }
  // Native threads are not waited for.
  process.exit(0);
}

function send(message: FromProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
