import type { Dirent, Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What is neither file nor folder, in words; undefined for a file, a folder or a link. Reading it might never end. */
export function specialKind(entry: Dirent | Stats): string | undefined {
  if (entry.isFIFO()) return 'named pipe';
  if (entry.isSocket()) return 'socket';
  return entry.isCharacterDevice() || entry.isBlockDevice() ? 'device' : undefined;
}

/**
 * `specialKind` of what is at a path, before it is opened; undefined where nothing can be seen there: why, opening it tells.
 */
export async function specialAt(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && specialKind(found);
}
