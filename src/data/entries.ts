import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AdarandError } from '../errors.js';

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

/** What a folder holds, links resolved, sorted; a broken link counts as a file (opening it will tell). */
export async function entriesOf(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw folderError(folder, error);
  });
  const visible = found.filter(({ name }) => !isHidden(name));
  const entries = await Promise.all(
    visible.map(async (entry): Promise<Entry> => {
      const path = join(folder, entry.name);
      const target = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
      return { name: entry.name, path, kind: target.isDirectory() ? 'folder' : 'file' };
    }),
  );
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function folderError(folder: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return new AdarandError('data.missing', `${folder} does not exist`, expectedLayout, error);
  if (code === 'ENOTDIR')
    return new AdarandError('data.not-a-folder', `${folder} is a file`, expectedLayout, error);
  const message = `${folder} cannot be read (${code ?? error})`;
  return new AdarandError('data.unreadable-folder', message, 'Check its permissions.', error);
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || /^(thumbs\.db|desktop\.ini|__macosx)$/i.test(name);
}

export function isImage(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
}

export function kindOf(name: string): string {
  return extname(name).toLowerCase() || 'file without extension';
}
