/** The thread that ends its process after the parent; see `endWithParent`. */
import { workerData } from 'node:worker_threads';
import type { ParentWatch } from './parent-watch.js';

watch(workerData);

function watch({ parent, lookMs, saveMs }: ParentWatch): void {
  const timer = setInterval(() => {
    if (isThere(parent)) return;
    clearInterval(timer);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), saveMs);
  }, lookMs);
}

/** A process whose parent ended gets another one; on Windows it keeps the number, which then belongs to nobody. */
function isThere(parent: number): boolean {
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
