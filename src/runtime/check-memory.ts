import { AdarandError } from '../errors.js';

/**
 * Refuses what needs more memory than there can be. What is refused could not run; what is not may still run out.
 *
 * @throws AdarandError `runtime.memory` with both figures.
 */
export function checkMemory(needed: number, limit: number | undefined): void {
  if (limit === undefined || needed <= limit) return;
  throw new AdarandError(
    'runtime.memory',
    `one batch takes at least ${gigabytes(needed)} of memory, and there can be ${gigabytes(limit)}`,
    'Choose a smaller --image-size or, for training, a smaller --batch-size; else another --model.',
  );
}

function gigabytes(bytes: number): string {
  const amount = bytes / 1e9;
  return `${amount < 100 ? amount.toFixed(1) : Math.round(amount)} GB`;
}
