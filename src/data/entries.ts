import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, parse, relative, sep } from 'node:path';
import { AdarandError } from '../errors.js';
import { statIfThere } from '../files/if-there.js';
import { otherThanFolder } from '../files/make-folder.js';
import { specialKind } from '../files/special.js';
import { systemCode } from '../files/system-code.js';
import { whyUnreadable } from '../files/why-unreadable.js';
import { printableName } from '../printable.js';
import { NO_EXTENSION } from './ignored.js';
import { isLostName } from './lost-name.js';
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
  /** Links resolved, sorted; a broken link with an image's name counts as a file (opening it will tell). */
  readonly entries: readonly Entry[];
  /** What is no data, in words: hidden files, what systems leave behind, runs, named pipes, devices, links back, broken links. */
  readonly notData: readonly string[];
}

/** @throws AdarandError `data.missing`, `data.not-a-folder`, `data.name`, `data.unreadable-folder`. */
export async function contentsOf(folder: string): Promise<Contents> {
  const found = await readdir(folder, { withFileTypes: true }).catch(async (error: unknown) => {
    throw await folderError(folder, error);
  });
  const entries: Entry[] = [];
  const notData: string[] = [];
  const sort = async (entry: Dirent) => {
    const path = join(folder, entry.name);
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    const isFolder = target.isDirectory();
    const kind =
      notDataByName(entry) ??
      (target.isSymbolicLink() && !isImage(entry.name) ? await brokenLink(path) : undefined) ??
      specialKind(target) ??
      (isFolder && entry.isSymbolicLink() ? await linkOutwards(path, folder) : undefined) ??
      (isFolder && (await holdsRuns(path)) ? 'folder of runs' : undefined);
    if (kind === undefined) entries.push({ name: entry.name, path, kind: isFolder ? 'folder' : 'file' });
    else notData.push(kind);
  };
  await Promise.all(found.map(sort));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { entries, notData: notData.sort() };
}

/** A link that leads nowhere, in place of a folder perhaps: of a disk that is not there. Other reasons are for opening it to tell. */
async function brokenLink(link: string): Promise<string | undefined> {
  const leads = await statIfThere(link).catch(() => 'somewhere');
  return leads === undefined ? `broken link: ${basename(link)}` : undefined;
}

/** What is in such a folder, classes and all, would be in the link as well. */
export const LINK_BACK = 'link to a folder that contains it';

/** What a link to a folder is that leads nowhere new. */
async function linkOutwards(link: string, folder: string): Promise<string | undefined> {
  const real = await realFolder(link);
  if (isWholeSystem(real)) return 'link to the whole file system';
  return isWithin(await realFolder(folder), real) ? LINK_BACK : undefined;
}

/** A drive of Windows may well hold images, and nothing else. */
export function isWholeSystem(real: string): boolean {
  return process.platform !== 'win32' && real === parse(real).root;
}

/** Whether a folder is another one, or inside it; of both, the paths without links. */
export function isWithin(folder: string, other: string): boolean {
  const path = relative(other, folder);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/** A folder's path without links. @throws AdarandError as `contentsOf` does. */
export async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(async (error: unknown) => {
    throw await folderError(folder, error);
  });
}

async function folderError(folder: string, error: unknown): Promise<Error> {
  const code = systemCode(error);
  if (code === 'ENOENT' && isLostName(folder))
    return new AdarandError('data.name', `${folder} has a name that is not UTF-8`, 'Rename it.', error);
  if (code === 'ENOENT')
    return new AdarandError('data.missing', `${folder} does not exist`, expectedLayout, error);
  const packed = /\.(?:zip|tar|tgz|tar\.\w+|7z|rar)$/i.test(folder);
  if (code === 'ENOTDIR')
    return new AdarandError(
      'data.not-a-folder',
      `${folder} is ${(await otherThanFolder(folder)) ?? 'below a file'}`,
      packed ? 'Unpack it, and give the folder that is in it.' : expectedLayout,
      error,
    );
  const { reason, hint } = whyUnreadable(code);
  return new AdarandError('data.unreadable-folder', `${folder} cannot be read: ${reason}`, hint, error);
}

/** @throws AdarandError `data.name` for the name of a class that cannot be shown. */
export function checkClassName(name: string, folder: string): void {
  const shown = printableName(name);
  if (shown === name) return;
  throw new AdarandError(
    'data.name',
    `${folder} has a class folder "${shown}", with characters that cannot be printed`,
    renameFolder,
  );
}

const renameFolder = 'Rename the folder: its name is that of a class.';

export function isImage(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
}

export function kindOf(name: string): string {
  return extname(name).toLowerCase() || NO_EXTENSION;
}
