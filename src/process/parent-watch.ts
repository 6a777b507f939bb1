import { Worker } from 'node:worker_threads';
import { entryFile } from '../package.js';

/** How often the parent is looked for, and how long its run may take to save itself after it was gone. */
const LOOK_MS = 250;
const SAVE_MS = 1200;

/** What the thread is told. */
export interface ParentWatch {
  readonly parent: number;
  readonly lookMs: number;
  readonly saveMs: number;
}

/**
 * Ends this process soon after its parent, whatever it is doing: native code blocks the event loop, so a thread of its
 * own looks. Until then there is a moment in which a run that hears of it (`disconnect`) saves itself.
 */
export function endWithParent(parent: number): void {
  const worker = new Worker(entryFile('process/parent-watcher'), {
    workerData: { parent, lookMs: LOOK_MS, saveMs: SAVE_MS } satisfies ParentWatch,
    execArgv: [],
  });
  worker.unref();
  // Without threads left, a machine can still train.
  worker.on('error', () => {});
}
