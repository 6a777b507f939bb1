import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AdarandError } from '../errors.js';
import { holdsRuns, notDataByName } from './not-data.js';

/** Also formats that sharp may not read: they are then reported, not silently missing. */
const imageExtensions: ReadonlySet<string> = new Set(
  '.jpg .jpeg .jpe .jfif .png .webp .gif .tif .tiff .avif .bmp .heic .heif .jp2 .jxl'.split(' '),
);

export const expectedLayout = `Expected folder/train/class/*.jpg and folder/test/class/*.jpg (folder/val/class/*.jpg if you have \
it), or folder/class/*.jpg, from which the splits are cut.`;

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

/** What a folder holds. */
export interface Contents {
  /** Links resolved, sorted; a broken link counts as a file (opening it will tell). */
  readonly entries: readonly Entry[];
  /** What is no data, in words: hidden files, what systems leave behind, runs. */
  readonly notData: readonly string[];
}

/** @throws AdarandError `data.missing`, `data.not-a-folder`, `data.unreadable-folder`. */
export async function contentsOf(folder: string): Promise<Contents> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw folderError(folder, error);
  });
  const entries: Entry[] = [];
  const notData: string[] = [];
  const sort = async (entry: Dirent) => {
    const path = join(folder, entry.name);
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    const isFolder = target.isDirectory();
    const kind = notDataByName(entry) ?? (isFolder && (await holdsRuns(path)) ? 'folder of runs' : undefined);
    if (kind === undefined) entries.push({ name: entry.name, path, kind: isFolder ? 'folder' : 'file' });
    else notData.push(kind);
  };
  await Promise.all(found.map(sort));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { entries, notData: notData.sort() };
}

function folderError(folder: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return new AdarandError('data.missing', `${folder} does not exist`, expectedLayout, error);
  if (code === 'ENOTDIR') {
    const packed = /\.(?:zip|tar|tgz|tar\.\w+|7z|rar)$/i.test(folder);
    const hint = packed ? 'Unpack it, and give the folder that is in it.' : expectedLayout;
    return new AdarandError('data.not-a-folder', `${folder} is a file`, hint, error);
  }
  const message = `${folder} cannot be read (${code ?? error})`;
  return new AdarandError('data.unreadable-folder', message, 'Check its permissions.', error);
}

export function isImage(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
}

export function kindOf(name: string): string {
  return extname(name).toLowerCase() || 'file without extension';
}
