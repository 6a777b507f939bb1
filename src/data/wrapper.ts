import { join } from 'node:path';
import { AdarandError } from '../errors.js';
import { list, type Shape, shapeOf } from './shape.js';

/**
 * A folder that holds a single folder, and that holds others: archives unpack to such, and its name would be the only
 * class. A partial folder may have one class, with its images in subfolders, but hardly one that holds splits.
 *
 * @throws AdarandError `data.wrapped` with the folder to give.
 */
export async function refuseWrapper(
  folder: string,
  shapes: readonly Shape[],
  partial: boolean,
): Promise<void> {
  const inner = await innermost(shapes);
  if (inner === undefined || (partial && inner.inside.every(({ split }) => split === undefined))) return;
  throw new AdarandError(
    'data.wrapped',
    `${folder} holds a single folder of images, ${list(shapes)}; in ${inner.path} there are ${list(inner.inside)}`,
    `Give ${inner.path} if those are the classes or the splits. ` +
      `If ${list(shapes)} is a class, add folders of other classes beside it.`,
  );
}

/**
 * The same inside a split.
 *
 * @throws AdarandError `data.wrapped` with what to move.
 */
export async function refuseWrappedClasses({ path: split, subfolders }: Shape): Promise<void> {
  if (subfolders.length !== 1) return;
  const shapes = await Promise.all(subfolders.map(shapeOf));
  const inner = await innermost(shapes);
  if (inner === undefined) return;
  throw new AdarandError(
    'data.wrapped',
    `${split} holds a single folder of images, ${list(shapes)}; in ${inner.path} there are ${list(inner.inside)}`,
    `If those are the classes, move them up into ${join(split, '/')} as in the other splits.`,
  );
}

/** Where a single folder without images leads to: the first that holds several folders, or a split. */
async function innermost(
  shapes: readonly Shape[],
): Promise<{ readonly path: string; readonly inside: readonly Shape[] } | undefined> {
  const [only, ...more] = shapes;
  if (only === undefined || more.length > 0 || only.hasImages) return undefined;
  const inside = await Promise.all(only.subfolders.map(shapeOf));
  const holdsSplit = inside.some(({ split, subfolders }) => split !== undefined && subfolders.length > 0);
  if (inside.length > 1 || holdsSplit) return { path: only.path, inside };
  return innermost(inside);
}
