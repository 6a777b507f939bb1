/** The thread that renders batches while the training step keeps the main thread busy. */
import { parentPort } from 'node:worker_threads';
import { AdarandError } from '../errors.js';
import type { Reply, Request } from './pool.js';
import { renderBatch } from './render.js';

const port = parentPort;

port?.on('message', async ({ id, job }: Request) => {
  let reply: Reply;
  try {
    reply = { id, rendered: await renderBatch(job) };
  } catch (error) {
    // An error's class and code do not survive being posted.
    const failure = error instanceof AdarandError ? error : undefined;
    reply = { id, code: failure?.code, message: String(failure?.message ?? error), hint: failure?.hint };
  }
  port.postMessage(reply, 'rendered' in reply ? [reply.rendered.buffer] : []);
});
