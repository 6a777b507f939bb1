import { printableName } from '../printable.js';

/** What is no image of a class, counted by kind: `.txt`, `hidden file`, `@eaDir`, ... */
export type Ignored = ReadonlyMap<string, number>;

/** An image is known by its extension. */
export const NO_EXTENSION = 'file without extension';

/** What to do about files that may be images, but have no extension. */
export const nameImages =
  'Images are known by their extension, and some files have none: rename them (IMAGE to IMAGE.jpg, for example).';

/** `3 hidden files, 1 .svg file`; of many kinds, the first ones. */
export function describeIgnored(ignored: Ignored, most = Number.POSITIVE_INFINITY): string {
  const kinds = Array.from(ignored, ([kind, count]) => printableName(counted(kind, count)));
  const more = kinds.length > most ? ` and ${kinds.length - most} more` : '';
  return `${kinds.slice(0, most).join(', ')}${more}`;
}

/** What systems leave behind has its own name, which has no plural. */
function counted(kind: string, count: number): string {
  if (kind.startsWith('.')) return `${count} ${kind} file${count === 1 ? '' : 's'}`;
  const noun = /^((hidden )?(file|folder)|image|(broken )?link|named pipe|socket|device)\b/;
  return `${count} ${count === 1 ? kind : kind.replace(noun, '$&s')}`;
}
