import type { DatasetImage } from './image.js';
import type { NearPictures } from './near-groups.js';
import type { SplitName } from './shape.js';

/** Pictures that are more than once in a dataset: groups of images, by their names. */
export interface Repeated {
  /** Within and across splits and classes. */
  readonly groups: readonly Group[];
  /** Those groups that are in two splits, for each pair of splits that has any: with their images in these two. */
  readonly leakage: readonly Leakage[];
  /** Those groups that are in more than one class. */
  readonly contradictory: readonly Group[];
}

type Group = readonly string[];

export interface Leakage {
  readonly splits: readonly [SplitName, SplitName];
  readonly groups: readonly Group[];
}

/** Pictures that are there again, but encoded again, resized or slightly changed. */
export interface NearlyRepeated extends Repeated {
  /** Near-equal pairs, and all of their copies, that are in different groups, because one would be too large. */
  readonly apart: readonly Group[];
  /** Images that a group may have. */
  readonly limit: number;
}

type Splits = Readonly<Record<SplitName, readonly DatasetImage[]>>;

interface Found {
  readonly name: string;
  readonly digest: string;
  readonly label: number;
  readonly split: SplitName;
}

const splitNames = ['train', 'val', 'test'] as const;

const splitPairs = [
  ['train', 'val'],
  ['train', 'test'],
  ['val', 'test'],
] as const;

/** Images with one digest. */
export function repeatedExactly(splits: Splits): Repeated {
  const groups = grouped(splits, ({ digest }) => digest).filter((group) => group.length > 1);
  const inSplits = (group: readonly Found[], pair: readonly SplitName[]) =>
    pair.every((wanted) => group.some(({ split }) => split === wanted));
  return reported(groups, groups, {
    leaks: inSplits,
    contradicts: (group) => new Set(group.map(({ label }) => label)).size > 1,
  });
}

/** Images of different digests that are near-equal. What exact copies say of themselves is not said again. */
export function repeatedNearly(splits: Splits, { groupOf, apart, limit }: NearPictures): NearlyRepeated {
  const copies = new Map(grouped(splits, ({ digest }) => digest).map((group) => [group[0]?.digest, group]));
  const groups = grouped(splits, ({ digest }) => groupOf.get(digest) ?? digest).filter(isOfSeveralPictures);
  const pairs = apart
    .map((digests) => digests.flatMap((digest) => copies.get(digest) ?? []))
    .filter(isOfSeveralPictures);
  const report = reported(groups, [...groups, ...pairs], {
    leaks: (group, [one, other]) => differ(group, (a, b) => a.split === one && b.split === other),
    contradicts: (group) => differ(group, (a, b) => a.label !== b.label),
  });
  return { ...report, apart: pairs.map(namesOf), limit };
}

interface Tests {
  leaks(group: readonly Found[], splits: readonly [SplitName, SplitName]): boolean;
  contradicts(group: readonly Found[]): boolean;
}

function reported(
  groups: readonly (readonly Found[])[],
  tested: readonly (readonly Found[])[],
  { leaks, contradicts }: Tests,
): Repeated {
  const leakage = splitPairs.flatMap((splits): Leakage[] => {
    const leaking = tested.filter((group) => leaks(group, splits));
    const inBoth = (group: readonly Found[]) =>
      group.filter(({ split }) => splits.some((one) => one === split));
    return leaking.length === 0 ? [] : [{ splits, groups: leaking.map(inBoth).map(namesOf) }];
  });
  return { groups: groups.map(namesOf), leakage, contradictory: tested.filter(contradicts).map(namesOf) };
}

function grouped(splits: Splits, keyOf: (image: DatasetImage) => string): Found[][] {
  const groups = new Map<string, Found[]>();
  for (const split of splitNames) {
    for (const image of splits[split]) {
      const key = keyOf(image);
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push({ name: image.name, digest: image.digest, label: image.label, split });
    }
  }
  return [...groups.values()];
}

function isOfSeveralPictures(group: readonly Found[]): boolean {
  return new Set(group.map(({ digest }) => digest)).size > 1;
}

/** Whether two images of different digests are as asked. */
function differ(group: readonly Found[], asked: (a: Found, b: Found) => boolean): boolean {
  return group.some((a) => group.some((b) => a.digest !== b.digest && asked(a, b)));
}

function namesOf(group: readonly Found[]): Group {
  return group.map(({ name }) => name);
}
