import { printableName } from '../printable.js';
import { contentsOf, type Entry, isImage } from './entries.js';

export type SplitName = 'train' | 'val' | 'test';

const splitWords: ReadonlyMap<string, SplitName> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['dev', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
  ['eval', 'test'],
  ['evaluation', 'test'],
]);

/** The split that a folder's name stands for: `Training`, `test_set`, `TrainData`, `seg_test`. */
function splitNamed(name: string): SplitName | undefined {
  const letters = name.toLowerCase().replace(/[\s._-]+/g, '');
  return splitWords.get(letters) ?? splitWords.get(letters.replace(/^seg|(set|split|data|images)$/g, ''));
}

/** What tells a split from a class: splits hold folders, classes hold images. */
export interface Shape {
  readonly name: string;
  readonly path: string;
  readonly split: SplitName | undefined;
  readonly hasImages: boolean;
  readonly subfolders: readonly Entry[];
}

export async function shapeOf({ name, path }: Entry): Promise<Shape> {
  const { entries: inside } = await contentsOf(path);
  return {
    name,
    path,
    split: splitNamed(name),
    hasImages: inside.some((entry) => entry.kind === 'file' && isImage(entry.name)),
    subfolders: inside.filter(({ kind }) => kind === 'folder'),
  };
}

/** `a/, b/`; of many, the first five. */
export function list(shapes: readonly { readonly name: string }[], separator = ', '): string {
  const names = shapes.map(({ name }) => `${printableName(name)}/`);
  return names.length > 6
    ? `${names.slice(0, 5).join(separator)} and ${names.length - 5} more`
    : names.join(separator);
}
