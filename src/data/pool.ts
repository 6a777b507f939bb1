import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AdarandError } from '../errors.js';
import { entryFile } from '../package.js';
// Loading sharp here first is required: on Linux with glibc it cannot be loaded by a worker alone.
import './decode.js';
import type { Rendered, RenderJob } from './render.js';

export interface Request {
  readonly id: number;
  readonly job: RenderJob;
}

export type Reply =
  | { readonly id: number; readonly rendered: Rendered }
  | {
      readonly id: number;
      readonly code: string | undefined;
      readonly message: string;
      readonly hint: string | undefined;
    };

/**
 * Renders a batch in a worker thread, so that it progresses while the caller blocks the event loop. The job's
 * buffer is moved to the worker and comes back, filled, with the result. Workers are started when first needed,
 * are shared by everything in the process, and do not keep an idle process alive.
 *
 * @throws as `renderBatch` does.
 */
export function renderInWorker(job: RenderJob): Promise<Rendered> {
  const slot = leastBusy();
  const id = nextId++;
  return new Promise((resolve, reject) => {
    slot.pending.set(id, { resolve, reject });
    slot.worker.ref();
    slot.worker.postMessage({ id, job } satisfies Request, [job.buffer]);
  });
}

interface Slot {
  readonly worker: Worker;
  readonly pending: Map<number, { resolve(rendered: Rendered): void; reject(error: Error): void }>;
}

/** Half of the processors: the rest are the training step's. */
const limit = Math.max(1, Math.min(8, Math.floor(availableParallelism() / 2)));
const slots: Slot[] = [];
let nextId = 0;

function leastBusy(): Slot {
  const idle = slots.find((slot) => slot.pending.size === 0);
  if (idle) return idle;
  if (slots.length < limit) return start();
  return slots.reduce((best, slot) => (slot.pending.size < best.pending.size ? slot : best));
}

function start(): Slot {
  const worker = new Worker(entryFile('data/worker'));
  const slot: Slot = { worker, pending: new Map() };
  worker.on('message', (reply: Reply) => {
    const waiting = slot.pending.get(reply.id);
    slot.pending.delete(reply.id);
    if (slot.pending.size === 0) worker.unref();
    if ('rendered' in reply) waiting?.resolve(reply.rendered);
    else if (reply.code !== undefined)
      waiting?.reject(new AdarandError(reply.code, reply.message, reply.hint));
    else waiting?.reject(new Error(reply.message));
  });
  const stopped = (error: Error) => {
    const position = slots.indexOf(slot);
    if (position >= 0) slots.splice(position, 1);
    for (const waiting of slot.pending.values()) waiting.reject(error);
    slot.pending.clear();
  };
  worker.on('error', stopped);
  worker.on('exit', (code) => stopped(new Error(`the image worker stopped with exit code ${code}`)));
  slots.push(slot);
  return slot;
}
