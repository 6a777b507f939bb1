import { AdarandError } from '../../errors.js';
import { writeError } from '../../files/atomic.js';

/** What a failed write in the cache means to the user, who may have the cache elsewhere. */
export function cacheError(path: string, error: unknown): unknown {
  const told = writeError(path, error);
  if (!(told instanceof AdarandError) || !told.code.startsWith('files.')) return told;
  const first = told.code === 'files.disk-full' ? 'Free some space' : 'Make it writable';
  return new AdarandError(
    told.code,
    told.message,
    `${first}, or set HF_HUB_CACHE to a folder that models may be kept in. What was downloaded is kept.`,
    error,
  );
}
