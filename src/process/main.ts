/** The engine's process: does one call, tells its parent how it goes, and ends. Started by `launch.ts`. */
import type { RunHost } from '../run/events.js';
import { type FromProcess, type ToProcess, toFailure } from './messages.js';
import { perform } from './perform.js';

let stopping = false;
const stop = () => {
  stopping = true;
};
// A parent that is gone cannot be told anything, but its run is still saved; so it is when the system shuts down.
process.on('disconnect', stop).on('SIGTERM', stop).on('SIGINT', stop);
process.on('message', (message: ToProcess) => {
  if (message.type === 'stop') stop();
  else void work(message);
});

async function work(call: Exclude<ToProcess, { type: 'stop' }>): Promise<void> {
  const host: RunHost = { emit: (event) => void send({ type: 'event', event }), stop: () => stopping };
  try {
    await send({ type: 'result', result: await perform(call, host) });
  } catch (error) {
    await send(toFailure(error));
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
