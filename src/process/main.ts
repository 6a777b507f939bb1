/** The process that performs one operation, reports on it to its parent, and ends. Started by `launch.ts`. */

import type { RunHost } from '../run/events.js';
import { toFailure } from './failure.js';
import { incompleteInstall } from './incomplete-install.js';
import { loadOperation } from './load-operation.js';
import { type FromProcess, toProcessSchema } from './messages.js';
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
  else void perform(message.module, message.request);
});

async function perform(module: string, request: unknown): Promise<void> {
  const host: RunHost = { emit: (event) => void send({ type: 'event', event }), stop: () => stopping };
  try {
    const operation = await loadOperation(module);
    await send({ type: 'result', result: await operation.perform(request, host) });
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
