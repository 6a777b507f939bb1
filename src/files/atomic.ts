import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AdarandError } from '../errors.js';
import { gathered } from './gathered.js';
import { statIfThere } from './if-there.js';
import { systemCode } from './system-code.js';

/**
 * Writes a whole file or nothing: a reader, or a machine that loses power, sees either the old bytes or the new.
 *
 * The bytes go to a temporary name in the same folder (a rename is atomic only within one file system), are
 * synced, and take the file's name; the folder is synced last, so that the rename itself survives a power cut.
 *
 * @throws AdarandError `files.disk-full` or `files.write`, naming `path`; the old file is then as it was.
 */
export function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  return writeChunksAtomic(path, [typeof data === 'string' ? Buffer.from(data) : data]);
}

/**
 * `writeFileAtomic` for a file that is never in memory as a whole. What `chunks` itself throws is passed on
 * unchanged, after the temporary file is removed.
 */
export async function writeChunksAtomic(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      for await (const chunk of gathered(chunks)) await writeAll(file, chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to tell
    throw writeError(path, error);
  }
  await syncFolder(folder);
}

/**
 * Removes the temporary files that killed processes left in a folder which this process alone writes; in one that
 * others write, too, those that are older than any that is still being written, or those of one file.
 */
export async function removeTemporaries(
  folder: string,
  { olderThanMs, of }: { readonly olderThanMs?: number; readonly of?: string } = {},
): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw writeError(folder, error);
  });
  const left = names.filter(
    (name) => isTemporary(name) && (of === undefined || fileOfTemporary(name) === of),
  );
  for (const path of left.map((name) => join(folder, name))) {
    if (olderThanMs === undefined || (await ageMs(path)) > olderThanMs) await rm(path, { force: true });
  }
}

/** 0 for a file that is no longer there. */
async function ageMs(path: string): Promise<number> {
  const found = await statIfThere(path);
  return found === undefined ? 0 : Date.now() - found.mtimeMs;
}

/** Whether a name is that of a file which is being written, or was when its process was killed. */
export function isTemporary(name: string): boolean {
  return fileOfTemporary(name) !== undefined;
}

function fileOfTemporary(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
}

/** What a failed write means to the user; errors that are not the system's are returned as they are. */
export function writeError(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AdarandError(
      'files.disk-full',
      `No space left to write ${path}.`,
      'Free some space, or write to another disk.',
      error,
    );
  }
  const [reason, hint] = causes[code] ?? [code, 'Choose another output folder.'];
  return new AdarandError('files.write', `Cannot write ${path}: ${reason}.`, hint, error);
}

const causes: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: ['permission denied', 'Check who owns the folder, or choose another one.'],
  EPERM: ['operation not permitted', 'Check who owns the folder, or choose another one.'],
  EROFS: ['the disk is read-only', 'Choose an output folder on another disk.'],
  ENOENT: ['its folder does not exist', 'Create the folder first.'],
  ENOTDIR: ['its folder is a file', 'Choose another output folder.'],
  EEXIST: ['a file has that name', 'Choose another name, or move the file away.'],
  EISDIR: ['a folder has that name', 'Choose another name, or move the folder away.'],
  EFBIG: ['the file would pass the size limit of this disk or process', 'See `ulimit -f`.'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter name.'],
};

/** One `write` may take fewer bytes than it was given; pieces keep within the 2 GiB limit of one call. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const piece = 64 * 1024 * 1024;
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(piece, bytes.length - done));
    done += bytesWritten;
  }
}

/** Windows, and some network file systems, have no sync of folders: there the rename is as durable as it gets. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}
