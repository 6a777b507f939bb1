import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { removeEmpty } from './folders.js';
import { lstatIfThere, statIfThere } from './if-there.js';
import { specialKind } from './special.js';
import { systemCode } from './system-code.js';

/**
 * Makes a folder, and those above it; the topmost that was made, or undefined if it is there already. Where one
 * cannot be made, none is left. Node's own `recursive` never ends where a system has folders that cannot hold others
 * (/proc).
 *
 * @throws the system's error, of the folder that cannot be made; AdarandError `files.read`.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' && (await isFolder(path))) return undefined;
    if (code !== 'ENOENT' || resolve(path) === dirname(resolve(path))) throw error;
  }
  const above = await makeFolder(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    // Another process may have been faster.
    if (systemCode(error) === 'EEXIST' && (await isFolder(path))) return;
    if (above !== undefined) await removeEmpty(dirname(path), above);
    throw error;
  });
  return above ?? path;
}

/**
 * What is at a path and is no folder, in words; undefined where nothing is there, or a folder.
 *
 * @throws AdarandError `files.read` where that cannot be seen.
 */
export async function otherThanFolder(path: string): Promise<string | undefined> {
  const there = await lstatIfThere(path);
  if (there === undefined) return undefined;
  const found = await statIfThere(path);
  if (found === undefined) return 'a link that leads nowhere';
  return found.isDirectory() ? undefined : `a ${specialKind(found) ?? 'file'}`;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await statIfThere(path);
  return found?.isDirectory() ?? false;
}
