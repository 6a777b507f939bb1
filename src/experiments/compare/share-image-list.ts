import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { statIfThere } from '../../files/if-there.js';
import { systemCode } from '../../files/system-code.js';

/** What a file system answers that has no hard links, or no more of this file. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES']);

/**
 * Makes a list of images the same file as the first of `others` that has the same bytes: runs of one dataset, seed and share of the
 * images have the same list. Each name goes on being a file of its own to whoever reads it, and a list is only ever
 * replaced as a whole. Where a file system has no hard links, nothing changes. Returns whether it is shared.
 */
export async function shareImageList(path: string, others: readonly string[]): Promise<boolean> {
  const own = await statIfThere(path);
  if (own === undefined) return false;
  const bytes = await readFile(path);
  for (const other of others) {
    const found = await statIfThere(other);
    if (found === undefined || found.dev !== own.dev || found.size !== own.size) continue;
    if (found.ino === own.ino) return true;
    if (bytes.equals(await readFile(other))) return replaceByLink(path, other);
  }
  return false;
}

async function replaceByLink(path: string, other: string): Promise<boolean> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await link(other, temporary);
    await rename(temporary, path);
    return true;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to tell
    if (withoutLinks.has(systemCode(error) ?? '')) return false;
    throw error;
  }
}
