import type { Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { systemCode } from './system-code.js';
import { cannotRead } from './why-unreadable.js';

/**
 * What the system answers where nothing is, or can be, at a path: no such name, a file above it, a name that is too long, a
 * link that leads to itself. Any other answer leaves open what is there.
 */
const nothing = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP']);

/**
 * What was read at a path; undefined where nothing is there.
 *
 * @throws AdarandError `files.read` where that cannot be known: no permission, a failing disk.
 */
export async function ifThere<T>(path: string, reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (path.includes('\0') || nothing.has(systemCode(error) ?? '')) return undefined;
    throw cannotRead(path, error);
  }
}

/** What is at a path, or at the end of a link there. @throws AdarandError as `ifThere` does. */
export const statIfThere = (path: string): Promise<Stats | undefined> => ifThere(path, stat(path));

/** What is at a path itself, which may be a link. @throws AdarandError as `ifThere` does. */
export const lstatIfThere = (path: string): Promise<Stats | undefined> => ifThere(path, lstat(path));

/** What is in a folder; none where there is no folder. @throws AdarandError as `ifThere` does. */
export async function namesIfThere(folder: string): Promise<string[]> {
  return (await ifThere(folder, readdir(folder))) ?? [];
}
