import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { AnsweredImage } from './answers.js';

/** The image of a path inside a dataset; undefined where it is not there. */
export type ImageOf = (name: string) => AnsweredImage['image'];

/** A file inside the dataset's folder, if it is there. */
export function imageAt(data: string, name: string): AnsweredImage['image'] {
  const path = resolve(data, name);
  const inside = relative(data, path);
  if (inside.startsWith('..') || isAbsolute(inside) || !existsSync(path)) return undefined;
  return { image: { kind: 'file', path } };
}
