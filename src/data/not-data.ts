import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** What operating systems, storage servers, archives and tools leave in folders, in lower case. */
const leftBehind: ReadonlySet<string> = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '__macosx',
  '@eadir',
  '@__thumb',
  '@tmp',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'system volume information',
  'lost+found',
  'network trash folder',
  'temporary items',
  '__pycache__',
]);

/** What an entry of a folder is if it is no data by its name; undefined for what may be data. */
export function notDataByName(entry: Dirent): string | undefined {
  if (leftBehind.has(entry.name.toLowerCase())) return entry.name;
  if (!entry.name.startsWith('.')) return undefined;
  return entry.isDirectory() ? 'hidden folder' : 'hidden file';
}

/** Whether a folder is a run, or holds runs and nothing else. A run that is about to begin has its lock. */
export async function holdsRuns(folder: string): Promise<boolean> {
  // A folder that cannot be listed is for the image scan to explain.
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (inside.some(isMarkOfRun)) return true;
  const visible = inside.filter((entry) => notDataByName(entry) === undefined);
  if (visible.length === 0) return false;
  for (const entry of visible) {
    if (!entry.isDirectory()) return false;
    const below = await readdir(`${folder}/${entry.name}`, { withFileTypes: true }).catch(() => []);
    if (!below.some(isMarkOfRun)) return false;
  }
  return true;
}

function isMarkOfRun(entry: Dirent): boolean {
  return entry.isFile() && (entry.name === 'run.json' || entry.name === '.lock');
}
