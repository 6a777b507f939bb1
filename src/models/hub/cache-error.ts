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

export function withoutRoom(folder: string, needed: number, free: number): AdarandError {
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  return new AdarandError(
    'files.disk-full',
    `The model needs ${megabytes(needed)} more in ${folder}, and ${megabytes(free)} are free there.`,
    'Free some space, or set HF_HUB_CACHE to a folder on another disk.',
  );
}
