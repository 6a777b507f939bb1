import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeTemporaries } from '../../files/atomic.js';

/** What is still being written is younger. */
const DAY_MS = 24 * 3600 * 1000;

/** What earlier processes found out is kept here: `ADARAND_CACHE`, or the system's place for caches. It may be deleted. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.ADARAND_CACHE) return env.ADARAND_CACHE;
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'adarand', 'Cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'adarand');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'adarand');
}

/** What `read` makes of the file of that name in the cache; undefined where it cannot be read. */
export function readFromCache<T>(name: string, read: (path: string) => Promise<T>): Promise<T | undefined> {
  return unlessItFails(() => read(join(cacheFolder(), name)));
}

/** Writes a file of that name into the cache, if that is possible, and removes what killed processes left there. */
export async function keepInCache(name: string, write: (path: string) => Promise<void>): Promise<void> {
  const folder = cacheFolder();
  // Not recursive: where a system has folders that cannot hold others (/proc), that would never end.
  await unlessItFails(() => mkdir(dirname(folder)));
  await unlessItFails(() => mkdir(folder));
  await unlessItFails(() => write(join(folder, name)));
  await unlessItFails(() => removeTemporaries(folder, { olderThanMs: DAY_MS }));
}

/**
 * A cache that cannot be read or written costs time, never a run: its disk may be full, read-only or damaged, where those
 * of the images and of the run are not, and all that is in it can be computed again.
 */
async function unlessItFails<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch {
    return undefined;
  }
}
