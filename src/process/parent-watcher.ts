/** The thread that ends its process after the parent; see `endWithParent`. */
import { workerData } from 'node:worker_threads';
import { z } from 'zod';

const { parent, lookMs, saveMs } = z
  .object({ parent: z.number(), lookMs: z.number(), saveMs: z.number() })
  .parse(workerData);

const timer = setInterval(() => {
  if (isThere()) return;
  clearInterval(timer);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), saveMs);
}, lookMs);

/** A process whose parent ended gets another one; on Windows it keeps the number, which then belongs to nobody. */
function isThere(): boolean {
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
