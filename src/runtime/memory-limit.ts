import { totalmem } from 'node:os';

/** Bytes of memory that the machine has, or that its container may have, where that is less. */
export function memoryLimit(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(totalmem(), allowed) : totalmem();
}
