import { basename, dirname, relative, sep } from 'node:path';
import { AdarandError } from '../errors.js';
import type { DatasetOptions } from './dataset.js';
import {
  checkClassName,
  contentsOf,
  expectedLayout,
  isImage,
  isWholeSystem,
  isWithin,
  kindOf,
  LINK_BACK,
  realFolder,
} from './entries.js';
import type { Ignored } from './ignored.js';
import { type SplitRoot, splitRoots } from './layout.js';
import type { SplitName } from './shape.js';

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
  readonly ignored: Ignored;
  /** Classes whose training images are all in several folders of theirs. */
  readonly nested: readonly NestedClass[];
}

export interface NestedClass {
  readonly name: string;
  readonly folders: readonly string[];
}

export interface FoundImage {
  readonly path: string;
  readonly split: SplitName;
  readonly className: string;
}

const looseImage = 'image outside a class folder';

/**
 * Finds the images of a folder: split folders (see `splitRoots`) with a folder per class, or just folders per class.
 * Class folders are searched in depth; links are followed, except to a folder that contains them, but a folder is entered
 * once per class, however it is reached. Hidden files, what systems leave behind and runs are no data. A partial folder may lack training images.
 *
 * @throws AdarandError `data.missing`, `data.not-a-folder`, `data.unreadable-folder`, `data.name`, `data.whole-system`,
 *   `data.no-train`, `data.ambiguous-layout`, `data.wrapped`, `data.no-classes`, `data.unknown-class`.
 */
export async function scanFolder(
  folder: string,
  { partial = false }: Pick<DatasetOptions, 'partial'> = {},
): Promise<Scan> {
  const ignored = new Map<string, number>();
  const ignore = (kind: string) => ignored.set(kind, (ignored.get(kind) ?? 0) + 1);
  const images: FoundImage[] = [];
  const nested: NestedClass[] = [];
  const classes = new Map<SplitName, Set<string>>();
  const way = [await refuseWholeSystem(folder)];
  const roots = await splitRoots(folder, ignore, partial);
  for (const { root, split } of roots) {
    const inSplit = classes.get(split) ?? new Set();
    classes.set(split, inSplit);
    const { entries, notData } = await contentsOf(root);
    notData.forEach(ignore);
    for (const entry of entries) {
      if (entry.kind !== 'folder') {
        ignore(isImage(entry.name) ? looseImage : kindOf(entry.name));
        continue;
      }
      // A file system may store the same name composed or decomposed.
      const className = entry.name.normalize('NFC');
      checkClassName(className, root);
      if (inSplit.has(className)) throw sameName(className, root);
      inSplit.add(className);
      const folders = new Set<string>();
      for await (const path of imagesUnder(entry.path, { visited: new Set(), way }, ignore)) {
        images.push({ path, split, className });
        folders.add(relative(entry.path, dirname(path)).split(sep)[0] ?? '');
      }
      if (split === 'train' && folders.size > 1 && !folders.has(''))
        nested.push({ name: className, folders: [...folders] });
    }
  }
  const known = partial ? [...classes.values()] : [classes.get('train') ?? []];
  const names = [...new Set(known.flatMap((some) => [...some]))].sort();
  checkClasses(folder, roots, names, classes, ignored);
  images.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { classes: names, images, splits: new Set(classes.keys()), ignored, nested };
}

/** Two folders of one name may not be meant as one class. */
function sameName(name: string, root: string): AdarandError {
  return new AdarandError(
    'data.name',
    `${root} has two class folders "${name}", whose names differ only in how their accents are stored (composed or decomposed Unicode)`,
    'Rename one of them; or put the images of one into the other, if they are one class.',
  );
}

function checkClasses(
  folder: string,
  roots: readonly SplitRoot[],
  trainClasses: readonly string[],
  classes: ReadonlyMap<SplitName, ReadonlySet<string>>,
  ignored: Ignored,
): void {
  const rootOf = (split: SplitName) => roots.find((candidate) => candidate.split === split)?.root ?? folder;
  if (trainClasses.length === 0) {
    const loose = ignored.get(looseImage) ?? 0;
    throw new AdarandError(
      'data.no-classes',
      `${rootOf('train')} has no class folders${loose === 0 ? '' : `, and ${loose} images that are in none`}`,
      loose === 0
        ? expectedLayout
        : "Make a folder for each class, named as the class, and move each image into its class's folder.",
    );
  }
  for (const [split, names] of classes) {
    const unknown = [...names].filter((name) => !trainClasses.includes(name));
    if (unknown.length === 0) continue;
    throw new AdarandError(
      'data.unknown-class',
      `${folder} has ${unknown.map((name) => `"${name}"`).join(', ')} in ${basename(rootOf(split))}/ but not in ${basename(rootOf('train'))}/`,
      'Every class that is tested must be trained: add its folder to the training images, or remove it. Names are case-sensitive.',
    );
  }
}

/** The images of a folder and of those in it, sorted by path. `ignore` is told the kind of what is none. */
export async function imagesIn(folder: string, ignore: (kind: string) => void = () => {}): Promise<string[]> {
  await refuseWholeSystem(folder);
  const found: string[] = [];
  for await (const path of imagesUnder(folder, { visited: new Set(), way: [] }, ignore)) found.push(path);
  return found.sort();
}

/** The folder's path without links. @throws AdarandError `data.whole-system`. */
async function refuseWholeSystem(folder: string): Promise<string> {
  const real = await realFolder(folder);
  if (!isWholeSystem(real)) return real;
  throw new AdarandError(
    'data.whole-system',
    `${folder} is the whole file system, not a folder of images`,
    expectedLayout,
  );
}

interface Walk {
  /** Folders that were entered, their paths without links. */
  readonly visited: Set<string>;
  /** Those on the way here: a link elsewhere may lead to one that contains them. */
  readonly way: readonly string[];
}

async function* imagesUnder(
  folder: string,
  { visited, way }: Walk,
  ignore: (kind: string) => void,
): AsyncGenerator<string> {
  const real = await realFolder(folder);
  if (visited.has(real)) return;
  if (way.some((outer) => isWithin(outer, real))) return ignore(LINK_BACK);
  visited.add(real);
  const { entries, notData } = await contentsOf(folder);
  notData.forEach(ignore);
  for (const { name, path, kind } of entries) {
    if (kind === 'folder') yield* imagesUnder(path, { visited, way: [...way, real] }, ignore);
    else if (isImage(name)) yield path;
    else ignore(kindOf(name));
  }
}
