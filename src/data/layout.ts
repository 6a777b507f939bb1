import { AdarandError } from '../errors.js';
import { contentsOf, expectedLayout, kindOf } from './entries.js';
import { list, type Shape, type SplitName, shapeOf } from './shape.js';
import { refuseWrappedClasses, refuseWrapper } from './wrapper.js';

export interface SplitRoot {
  readonly root: string;
  readonly split: SplitName;
}

/**
 * The folders whose subfolders are classes: the split folders, or the folder itself where it has none. A layout that
 * could be read in two ways is refused. A partial folder may lack train/.
 *
 * @throws AdarandError `data.no-train`, `data.ambiguous-layout`, `data.wrapped`.
 */
export async function splitRoots(
  folder: string,
  ignore: (kind: string) => void,
  partial: boolean,
): Promise<readonly SplitRoot[]> {
  const { entries: top, notData } = await contentsOf(folder);
  const shapes = await Promise.all(top.filter(({ kind }) => kind === 'folder').map(shapeOf));
  const splits = shapes.flatMap((shape) => (shape.split ? [{ ...shape, split: shape.split }] : []));
  const others = shapes.filter(({ split }) => !split);
  if (splits.length === 0) {
    refuseUnknownSplits(folder, others);
    await refuseWrapper(folder, others, partial);
    return [{ root: folder, split: 'train' }];
  }
  if (isClassBesideClasses(splits, others)) return [{ root: folder, split: 'train' }];
  refuseDoubledSplit(folder, splits);
  if (splits.length === 1) await refuseClassesBeside(folder, splits, others);
  if (!partial && !splits.some(({ split }) => split === 'train')) {
    throw new AdarandError(
      'data.no-train',
      `${folder} has ${list(splits, ' and ')} but no train/`,
      expectedLayout,
    );
  }
  const train = splits.find(({ split }) => split === 'train');
  if (train && !partial) await refuseWrappedClasses(train);
  notData.forEach(ignore);
  for (const { name } of others) ignore(`folder that is no split: ${name}/`);
  for (const { name, kind } of top) if (kind === 'file') ignore(kindOf(name));
  return splits.map(({ path, split }) => ({ root: path, split }));
}

/** One folder with a split's name among classes, and, like them, without folders of its own. */
function isClassBesideClasses(splits: readonly Shape[], others: readonly Shape[]): boolean {
  const all = [...splits, ...others];
  return (
    splits.length === 1 &&
    others.length > 0 &&
    all.every(({ hasImages, subfolders }) => hasImages && subfolders.length === 0)
  );
}

/** Folders without images of their own that hold the same folders (a few may lack some) look like splits. */
function refuseUnknownSplits(folder: string, shapes: readonly Shape[]): void {
  const names = shapes.map(({ subfolders }) => subfolders.map(({ name }) => name.normalize('NFC')));
  const all = new Set(names.flat());
  const alike = names.every((some) => some.length >= 2) && names.some((some) => some.length === all.size);
  if (shapes.length < 2 || !alike || shapes.some(({ hasImages }) => hasImages)) return;
  throw new AdarandError(
    'data.ambiguous-layout',
    `${folder} has ${list(shapes)}, which all hold the same folders: splits, or classes?`,
    'If they are splits, rename them to train/, val/ and test/. If they are classes, put the images of their ' +
      'subfolders straight into them.',
  );
}

function refuseDoubledSplit(folder: string, splits: readonly Shape[]): void {
  for (const split of ['train', 'val', 'test'] as const) {
    const same = splits.filter((shape) => shape.split === split);
    if (same.length < 2) continue;
    throw new AdarandError(
      'data.ambiguous-layout',
      `${folder} has ${list(same, ' and ')}: which of them is the ${splitTitles[split]} split?`,
      `Rename them to ${['train/', 'val/', 'test/'].join(', ')} as they are meant, or move one of them elsewhere.`,
    );
  }
}

const splitTitles = { train: 'training', val: 'validation', test: 'test' } as const;

/** A single split folder beside folders of images: it may be a class, they may be splits, or nothing at all. */
async function refuseClassesBeside(
  folder: string,
  splits: readonly Shape[],
  others: readonly Shape[],
): Promise<void> {
  const beside: Shape[] = [];
  for (const shape of others) if (await mayBeClassOrSplit(shape)) beside.push(shape);
  if (beside.length === 0) return;
  throw new AdarandError(
    'data.ambiguous-layout',
    `${folder} has ${list(splits)}, the name of a split, beside ${list(beside)}: splits, or classes?`,
    `If ${list(beside)} ${beside.length === 1 ? 'is a split' : 'are splits'}, use the names train/, val/ and test/. ` +
      `If ${list(splits)} is a class, rename it (to ${splits[0]?.name}_class/, say) and put its images straight into it. ` +
      `If ${list(beside)} ${beside.length === 1 ? 'is' : 'are'} neither, move what is there out of ${folder}.`,
  );
}

async function mayBeClassOrSplit({ hasImages, subfolders }: Shape): Promise<boolean> {
  if (hasImages) return true;
  const inside = await Promise.all(subfolders.map(shapeOf));
  return inside.some((shape) => shape.hasImages);
}
