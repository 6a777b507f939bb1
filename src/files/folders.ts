import { rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Removes a folder and those above it, up to `topmost`, as far as nothing is in them. */
export async function removeEmpty(path: string, topmost: string): Promise<void> {
  const last = resolve(topmost);
  for (let folder = resolve(path); folder.startsWith(last); folder = dirname(folder))
    await rmdir(folder).catch(() => {});
}
