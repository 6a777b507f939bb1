import { relative } from 'node:path';
import { at } from '../errors.js';
import type { Findings } from './dataset.js';
import type { Ignored } from './ignored.js';
import type { DatasetImage } from './image.js';
import type { NearPictures } from './near-groups.js';
import { type Leakage, type NearlyRepeated, repeatedExactly, repeatedNearly } from './repeated.js';
import type { NestedClass } from './scan.js';
import type { SplitName } from './shape.js';

/** What there is to know about a dataset before training on it. Images are given by their names: paths inside the folder. */
export interface FolderReport {
  readonly name: string;
  readonly path: string;
  readonly classes: readonly ClassCount[];
  /** Training images of the largest class over those of the smallest. */
  readonly imbalance: number;
  /** Splits that were not there and were cut from the training images. */
  readonly cutFromTrain: readonly SplitName[];
  /** How many disjoint validation splits could be cut (`valFold`); 1 where validation images are not cut. */
  readonly valFolds: number;
  /** Files and folders that are no images, by kind (`.txt`, `hidden file`, `@eaDir`, ...). */
  readonly ignored: Ignored;
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
  /** Classes whose training images are all in several folders of theirs, which may have been meant as classes. */
  readonly nested: readonly NestedClass[];
  /** Images whose pixels are all equal. They are used. */
  readonly blank: readonly string[];
  /** Groups of images with one digest, within and across splits and classes. */
  readonly duplicates: readonly (readonly string[])[];
  /** Those groups that are in two splits, for each pair of splits that has any: their images in these two. */
  readonly leakage: readonly Leakage[];
  /** Those groups that are in more than one class. */
  readonly contradictory: readonly (readonly string[])[];
  /** The same of pictures that are there again, but encoded again, resized or slightly changed. */
  readonly near: NearlyRepeated;
  /** Classes with a single training image. */
  readonly singletons: readonly string[];
  /** Classes whose names differ only in upper and lower case, or in spaces at their ends and how many they have. */
  readonly alike: readonly (readonly string[])[];
}

export interface ClassCount extends Readonly<Record<SplitName, number>> {
  readonly name: string;
}

interface Contents extends Readonly<Record<SplitName, readonly DatasetImage[]>> {
  readonly name: string;
  readonly path: string;
  readonly classes: readonly string[];
  readonly cutFromTrain: readonly SplitName[];
  readonly valFolds: number;
  readonly blank: readonly string[];
  readonly near: NearPictures;
}

const splitNames = ['train', 'val', 'test'] as const;

export function reportOn(
  contents: Contents,
  findings: Pick<Findings, 'ignored' | 'damaged' | 'nested'>,
): FolderReport {
  const counts = contents.classes.map((name) => ({ name, train: 0, val: 0, test: 0 }));
  for (const split of splitNames) {
    for (const { label } of contents[split]) at(counts, label)[split]++;
  }
  const sizes = counts.map(({ train }) => train);
  const { name, path, cutFromTrain, valFolds, blank, near } = contents;
  const { groups: duplicates, leakage, contradictory } = repeatedExactly(contents);
  return {
    name,
    path,
    classes: counts,
    imbalance: Math.max(...sizes) / Math.min(...sizes),
    cutFromTrain,
    valFolds,
    ignored: findings.ignored,
    damaged: findings.damaged.map((file) => ({ ...file, path: relative(path, file.path) })),
    nested: findings.nested,
    blank,
    duplicates,
    leakage,
    contradictory,
    near: repeatedNearly(contents, near),
    singletons: counts.filter(({ train }) => train === 1).map((count) => count.name),
    alike: alikeNames(contents.classes),
  };
}

/** Names of classes without any image of a split, where the split has some. */
export function classesWithout(split: SplitName, { classes }: Pick<FolderReport, 'classes'>): string[] {
  const without = classes.filter((count) => count[split] === 0);
  return without.length === classes.length ? [] : without.map(({ name }) => name);
}

/** A name without spaces at its ends, and with one where there are several. */
export function withoutSpaces(name: string): string {
  return name.trim().replaceAll(/\s+/g, ' ');
}

function alikeNames(classes: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of classes) {
    const key = withoutSpaces(name).toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
