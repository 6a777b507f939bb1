import { relative } from 'node:path';
import { wilsonInterval } from '../analysis/statistics.js';
import { at } from '../errors.js';
import { printableName } from '../printable.js';
import type { Findings } from './dataset.js';
import type { DatasetImage } from './image.js';
import { isUnbalanced } from './imbalance.js';
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
  readonly ignored: ReadonlyMap<string, number>;
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
  };
}

/** The report in a few lines of text; what is in order is not mentioned. */
export function formatReport(report: FolderReport): string[] {
  const total = (split: SplitName) => report.classes.reduce((sum, count) => sum + count[split], 0);
  const sizes = report.classes.map(({ train }) => train);
  const lines = [
    `${printableName(report.name)}: ${report.classes.length} classes, ${total('train')} train / ${total('val')} val / ` +
      `${total('test')} test images; smallest class ${Math.min(...sizes)}, largest ${Math.max(...sizes)}`,
  ];
  lines.push(
    `classes: ${list(
      report.classes.map((counts) => counts.name),
      10,
    )}`,
  );
  const mention = (some: boolean, line: () => string) => some && lines.push(line());
  mention(
    report.cutFromTrain.length > 0,
    () => `cut from the training images: ${report.cutFromTrain.join(', ')}`,
  );
  mention(
    isUnbalanced(report.imbalance),
    () => `imbalanced: the largest class has ${report.imbalance.toFixed(1)} times as many as the smallest`,
  );
  mention(report.nested.length > 0, () => {
    const inside = report.nested.flatMap(({ name, folders }) => folders.map((folder) => `${name}/${folder}`));
    return `folders inside classes are no classes of their own: ${list(inside, 6)}`;
  });
  mention(report.singletons.length > 0, () => `a single training image for ${list(report.singletons)}`);
  mention(report.damaged.length > 0, () => `skipped ${describeUnreadable(report.damaged)}`);
  mention(report.blank.length > 0, () => {
    return `without any contrast (all pixels are equal): ${count(report.blank, 'image')}: ${list(report.blank)}`;
  });
  mention(report.ignored.size > 0, () => {
    const kinds = Array.from(report.ignored, ([kind, count]) => `${count} ${kind}`);
    return `ignored, because they are not images of a class: ${list(kinds, 8)}`;
  });
  mention(
    report.duplicates.length > 0,
    () => `duplicates: ${count(report.duplicates, 'picture')} more than once`,
  );
  for (const { splits, groups } of report.leakage) {
    lines.push(`leakage: ${count(groups, 'picture')} in ${splits.join(' and ')}: ${examples(groups)}`);
  }
  mention(report.contradictory.length > 0, () => {
    return `contradictory: ${count(report.contradictory, 'picture')} in two classes: ${examples(report.contradictory)}`;
  });
  lines.push(...describeNear(report.near), certainty(total('test')));
  return lines;
}

function describeNear({ groups, apart, limit, leakage, contradictory }: NearlyRepeated): string[] {
  const lines: string[] = [];
  const pictures = (some: readonly (readonly string[])[]) => count(some, 'near-equal picture');
  if (groups.length > 0)
    lines.push(
      `near-duplicates: ${count(groups, 'picture')} more than once, but encoded again, resized or slightly ` +
        `changed: ${examples(groups, '≈')}`,
    );
  if (apart.length > 0)
    lines.push(
      `near-duplicates: ${count(apart, 'pair')} not kept together, which would take groups of more than ${limit} ` +
        `images: ${examples(apart, '≈')}`,
    );
  for (const { splits, groups } of leakage)
    lines.push(`leakage: ${pictures(groups)} in ${splits.join(' and ')}: ${examples(groups, '≈')}`);
  if (contradictory.length > 0)
    lines.push(`contradictory: ${pictures(contradictory)} in two classes: ${examples(contradictory, '≈')}`);
  return lines;
}

function certainty(images: number): string {
  if (images === 0) return 'there is no test set: accuracy on unseen images will not be known';
  // The interval is widest where half of the images are classified correctly.
  const points = 100 * wilsonInterval(images / 2, images).halfWidth;
  return `this test set has ${images} images: accuracy will be known to ±${points.toFixed(1)} points (95 %) at worst`;
}

/** Files that cannot be read and why, for a report or an error. */
export function describeUnreadable(files: FolderReport['damaged']): string {
  const reasons = list(files.map(({ path, reason }) => `${path} (${reason})`));
  return `${count(files, 'file')} that cannot be read: ${reasons}`;
}

function count(groups: readonly unknown[], noun: string): string {
  return groups.length === 1 ? `1 ${noun}` : `${groups.length} ${noun}s`;
}

/** The first and the last of a group tell most: they are in different splits, if any are. */
function examples(groups: readonly (readonly string[])[], sign = '='): string {
  const shown = groups.map((group) => {
    const [first = '', ...others] = group;
    const names = group.length > 3 ? [first, ...others.slice(-1), `${group.length - 2} more`] : group;
    return names.join(` ${sign} `);
  });
  return list(shown);
}

function list(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).map(printableName).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
