import type { DatasetImage } from '../../data/index.js';
import { printableName } from '../../printable.js';
import type { ListedImage } from './image-list.js';

type Named = Pick<DatasetImage, 'name' | 'digest'>;

/** How many of each kind are named. */
const SHOWN = 3;

/**
 * What is different between the images that a run lists and those that are found now, by path and content, in a clause:
 * `2 files are missing (a.png, b.png), 1 is new (c.png)`.
 */
export function changedImages(listed: readonly ListedImage[], found: readonly Named[]): string {
  const before = new Map(listed.map(({ path, digest }) => [path, digest]));
  const now = new Map(found.map(({ name, digest }) => [name, digest]));
  const changed = [...before].filter(([path, digest]) => now.has(path) && now.get(path) !== digest);
  const gone = [...before].filter(([path]) => !now.has(path));
  const added = [...now].filter(([path]) => !before.has(path));
  const goneByDigest = new Map(gone.map(([path, digest]) => [digest, path]));
  const moved = added.flatMap(([to, digest]) => {
    const from = goneByDigest.get(digest);
    return from === undefined ? [] : [{ from, to }];
  });
  const isMoved = new Set(moved.flatMap(({ from, to }) => [from, to]));
  const unmoved = (files: readonly (readonly [string, string])[]) =>
    files.map(([path]) => path).filter((path) => !isMoved.has(path));
  const clauses = [
    clause('missing', unmoved(gone)),
    clause('new', unmoved(added)),
    clause(
      'renamed',
      moved.map(({ from, to }) => `${from} to ${to}`),
    ),
    clause(
      'changed',
      changed.map(([path]) => path),
    ),
  ].filter((text) => text !== undefined);
  return clauses.length === 0
    ? 'the files are the same, but their order, classes or splits are not'
    : clauses.join('; ');
}

function clause(what: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const shown = names.slice(0, SHOWN).map(printableName).join(', ');
  const count = names.length === 1 ? '1 file is' : `${names.length} files are`;
  return `${count} ${what} (${shown}${names.length > SHOWN ? ', ...' : ''})`;
}
