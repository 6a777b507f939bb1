import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AdarandError } from '../errors.js';
import type { DatasetOptions } from './dataset.js';

/** What a folder of images contains, by names alone: no file has been opened. */
export interface Scan {
  /**
   * Names of the class folders in `train` (of a partial folder, in any split), in code-unit order (the same on every
   * machine).
   */
  readonly classes: readonly string[];
  /** Sorted by path. Where the folder has no split folders, everything is `train`. */
  readonly images: readonly FoundImage[];
  readonly splits: ReadonlySet<SplitName>;
  /** Counts of what is no image of a class, by kind. */
  readonly ignored: ReadonlyMap<string, number>;
}

export interface FoundImage {
  readonly path: string;
  readonly split: SplitName;
  readonly className: string;
}

export type SplitName = 'train' | 'val' | 'test';

const splitFolders: ReadonlyMap<string, SplitName> = new Map([
  ['train', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['test', 'test'],
]);

/** Also formats that sharp may not read: they are then reported, not silently missing. */
const imageExtensions: ReadonlySet<string> = new Set(
  '.jpg .jpeg .jpe .jfif .png .webp .gif .tif .tiff .avif .bmp .heic .heif .jp2 .jxl'.split(' '),
);

const layout = `Expected folder/train/class/*.jpg and folder/test/class/*.jpg (folder/val/class/*.jpg if you have \
it), or folder/class/*.jpg, from which the splits are cut.`;

/**
 * Finds the images of a folder: `train/`, `val/` (or `valid/`, `validation/`) and `test/` with a folder per class,
 * or just folders per class. Class folders are searched in depth; links are followed, but a folder is entered once
 * per class, however it is reached. Hidden files and what operating systems leave behind do not exist. A partial
 * folder may lack train/.
 *
 * @throws AdarandError `data.missing`, `data.not-a-folder`, `data.unreadable-folder`, `data.no-train`,
 *   `data.no-classes`, `data.unknown-class`.
 */
export async function scanFolder(
  folder: string,
  { partial = false }: Pick<DatasetOptions, 'partial'> = {},
): Promise<Scan> {
  const ignored = new Map<string, number>();
  const ignore = (kind: string) => ignored.set(kind, (ignored.get(kind) ?? 0) + 1);
  const images: FoundImage[] = [];
  const classes = new Map<SplitName, Set<string>>();
  const roots = await splitRoots(folder, ignore, partial);
  for (const { root, split } of roots) {
    const inSplit = classes.get(split) ?? new Set();
    classes.set(split, inSplit);
    for (const entry of await entriesOf(root)) {
      if (entry.kind !== 'folder') {
        ignore(isImage(entry.name) ? 'image outside a class folder' : kindOf(entry.name));
        continue;
      }
      // A file system may store the same name composed or decomposed.
      const className = entry.name.normalize('NFC');
      inSplit.add(className);
      for await (const path of imagesUnder(entry.path, new Set(), ignore))
        images.push({ path, split, className });
    }
  }
  const known = partial ? [...classes.values()] : [classes.get('train') ?? []];
  const names = [...new Set(known.flatMap((some) => [...some]))].sort();
  checkClasses(folder, roots.find(({ split }) => split === 'train')?.root ?? folder, names, classes);
  images.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { classes: names, images, splits: new Set(classes.keys()), ignored };
}

async function splitRoots(folder: string, ignore: (kind: string) => void, partial: boolean) {
  const top = await entriesOf(folder);
  const roots = top.flatMap(({ name, path, kind }) => {
    const split = splitFolders.get(name.toLowerCase());
    return kind === 'folder' && split ? [{ root: path, split }] : [];
  });
  if (roots.length === 0) return [{ root: folder, split: 'train' as const }];
  if (!partial && !roots.some(({ split }) => split === 'train')) {
    const names = roots.map(({ split }) => `${split}/`).join(' and ');
    throw new AdarandError('data.no-train', `${folder} has ${names} but no train/`, layout);
  }
  for (const { name, path, kind } of top) {
    if (roots.some(({ root }) => root === path)) continue;
    ignore(kind === 'folder' ? 'folder beside train/' : kindOf(name));
  }
  return roots;
}

function checkClasses(
  folder: string,
  trainFolder: string,
  trainClasses: readonly string[],
  classes: ReadonlyMap<SplitName, ReadonlySet<string>>,
): void {
  if (trainClasses.length === 0) {
    throw new AdarandError('data.no-classes', `${trainFolder} has no class folders`, layout);
  }
  for (const [split, names] of classes) {
    const unknown = [...names].filter((name) => !trainClasses.includes(name));
    if (unknown.length === 0) continue;
    throw new AdarandError(
      'data.unknown-class',
      `${folder} has ${unknown.map((name) => `"${name}"`).join(', ')} in ${split}/ but not in train/`,
      'Every class that is tested must be trained: add its folder to train/, or remove it. Names are case-sensitive.',
    );
  }
}

/** The images of a folder and of those in it, sorted by path. */
export async function imagesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of imagesUnder(folder, new Set(), () => {})) found.push(path);
  return found.sort();
}

async function* imagesUnder(
  folder: string,
  visited: Set<string>,
  ignore: (kind: string) => void,
): AsyncGenerator<string> {
  const real = await realpath(folder);
  if (visited.has(real)) return;
  visited.add(real);
  for (const { name, path, kind } of await entriesOf(folder)) {
    if (kind === 'folder') yield* imagesUnder(path, visited, ignore);
    else if (isImage(name)) yield path;
    else ignore(kindOf(name));
  }
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

/** What a folder holds, links resolved, sorted; a broken link counts as a file (opening it will tell). */
async function entriesOf(folder: string): Promise<Entry[]> {
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
  if (code === 'ENOENT') return new AdarandError('data.missing', `${folder} does not exist`, layout, error);
  if (code === 'ENOTDIR') return new AdarandError('data.not-a-folder', `${folder} is a file`, layout, error);
  const message = `${folder} cannot be read (${code ?? error})`;
  return new AdarandError('data.unreadable-folder', message, 'Check its permissions.', error);
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || /^(thumbs\.db|desktop\.ini|__macosx)$/i.test(name);
}

function isImage(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
}

function kindOf(name: string): string {
  return extname(name).toLowerCase() || 'file without extension';
}
