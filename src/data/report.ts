import { relative } from 'node:path';
import { wilsonInterval } from '../analysis/statistics.js';
import { at } from '../errors.js';
import type { Findings } from './dataset.js';
import type { DatasetImage } from './image.js';
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
  /** Files and folders that are no images, by kind (`.txt`, `hidden file`, `@eaDir`, ...). */
  readonly ignored: ReadonlyMap<string, number>;
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
  /** Classes whose training images are all in several folders of theirs, which may have been meant as classes. */
  readonly nested: readonly NestedClass[];
  /** Images whose pixels are all equal. They are used. */
  readonly blank: readonly string[];
  /** Groups of images with one digest, within and across splits and classes. */
  readonly duplicates: readonly (readonly string[])[];
  /** Those groups that are in two splits, for each pair of splits that has any. */
  readonly leakage: readonly Leakage[];
  /** Those groups that are in more than one class. */
  readonly contradictory: readonly (readonly string[])[];
  /** Classes with a single training image. */
  readonly singletons: readonly string[];
}

export interface Leakage {
  readonly splits: readonly [SplitName, SplitName];
  readonly groups: readonly (readonly string[])[];
}

export interface ClassCount extends Readonly<Record<SplitName, number>> {
  readonly name: string;
}

interface Contents extends Readonly<Record<SplitName, readonly DatasetImage[]>> {
  readonly name: string;
  readonly path: string;
  readonly classes: readonly string[];
  readonly cutFromTrain: readonly SplitName[];
  readonly blank: readonly string[];
}

const splitNames = ['train', 'val', 'test'] as const;

const splitPairs = [
  ['train', 'val'],
  ['train', 'test'],
  ['val', 'test'],
] as const;

export function reportOn(
  contents: Contents,
  findings: Pick<Findings, 'ignored' | 'damaged' | 'nested'>,
): FolderReport {
  const counts = contents.classes.map((name) => ({ name, train: 0, val: 0, test: 0 }));
  for (const split of splitNames) {
    for (const { label } of contents[split]) at(counts, label)[split]++;
  }
  const sizes = counts.map(({ train }) => train);
  const { name, path, cutFromTrain, blank } = contents;
  return {
    name,
    path,
    classes: counts,
    imbalance: Math.max(...sizes) / Math.min(...sizes),
    cutFromTrain,
    ignored: findings.ignored,
    damaged: findings.damaged.map((file) => ({ ...file, path: relative(path, file.path) })),
    nested: findings.nested,
    blank,
    ...copies(contents),
    singletons: counts.filter(({ train }) => train === 1).map((count) => count.name),
  };
}

/** The report in a few lines of text; what is in order is not mentioned. */
export function formatReport(report: FolderReport): string[] {
  const total = (split: SplitName) => report.classes.reduce((sum, count) => sum + count[split], 0);
  const sizes = report.classes.map(({ train }) => train);
  const lines = [
    `${report.name}: ${report.classes.length} classes, ${total('train')} train / ${total('val')} val / ` +
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
    report.imbalance >= 3,
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
  lines.push(certainty(total('test')));
  return lines;
}

function certainty(images: number): string {
  if (images === 0) return 'there is no test set: accuracy on unseen images will not be known';
  // The interval is widest where half of the images are classified correctly.
  const points = 100 * wilsonInterval(images / 2, images).halfWidth;
  return `this test set has ${images} images: accuracy will be known to ±${points.toFixed(1)} points (95 %) at worst`;
}

function copies(contents: Contents) {
  const groups = new Map<string, { name: string; split: SplitName; label: number }[]>();
  for (const split of splitNames) {
    for (const { name, digest, label } of contents[split]) {
      const group = groups.get(digest) ?? [];
      groups.set(digest, group);
      group.push({ name, split, label });
    }
  }
  const repeated = Array.from(groups.values()).filter((group) => group.length > 1);
  const names = (some: typeof repeated) => some.map((group) => group.map(({ name }) => name));
  const leakage = splitPairs.flatMap((splits): Leakage[] => {
    const groups = repeated.filter((group) =>
      splits.every((wanted) => group.some(({ split }) => split === wanted)),
    );
    return groups.length === 0 ? [] : [{ splits, groups: names(groups) }];
  });
  const contradicts = repeated.filter((group) => new Set(group.map(({ label }) => label)).size > 1);
  return { duplicates: names(repeated), leakage, contradictory: names(contradicts) };
}

/** Files that cannot be read and why, for a report or an error. */
export function describeUnreadable(files: FolderReport['damaged']): string {
  const reasons = list(files.map(({ path, reason }) => `${path} (${reason})`));
  return `${count(files, 'file')} that cannot be read: ${reasons}`;
}

function count(groups: readonly unknown[], noun: string): string {
  return groups.length === 1 ? `1 ${noun}` : `${groups.length} ${noun}s`;
}

function examples(groups: readonly (readonly string[])[]): string {
  return list(groups.map((group) => group.join(' = ')));
}

function list(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
