import { wilsonInterval } from '../analysis/statistics.js';
import { printableName } from '../printable.js';
import { describeIgnored } from './ignored.js';
import { isUnbalanced } from './imbalance.js';
import type { NearlyRepeated, Repeated } from './repeated.js';
import { classesWithout, type FolderReport, withoutSpaces } from './report.js';
import type { SplitName } from './shape.js';

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
  const cut = report.cutFromTrain.filter((split) => total(split) > 0);
  mention(cut.length > 0, () => `cut from the training images: ${cut.join(', ')}`);
  mention(
    isUnbalanced(report.imbalance),
    () => `imbalanced: the largest class has ${report.imbalance.toFixed(1)} times as many as the smallest`,
  );
  mention(report.nested.length > 0, () => {
    const inside = report.nested.flatMap(({ name, folders }) => folders.map((folder) => `${name}/${folder}`));
    return `folders inside classes are no classes of their own: ${list(inside, 6)}`;
  });
  for (const names of report.alike)
    lines.push(`classes that differ only in ${differenceOf(names)}: ${list(names.map(quotedSpaces), 6)}`);
  mention(report.singletons.length > 0, () => `a single training image for ${list(report.singletons)}`);
  lines.push(...describeMissing(report));
  mention(report.damaged.length > 0, () => `skipped ${describeUnreadable(report.damaged)}`);
  mention(report.blank.length > 0, () => {
    return `without any contrast (all pixels are equal): ${count(report.blank, 'image')}: ${list(report.blank)}`;
  });
  mention(
    report.ignored.size > 0,
    () => `ignored, because they are not images of a class: ${describeIgnored(report.ignored, 8)}`,
  );
  mention(
    report.duplicates.length > 0,
    () => `duplicates: ${count(report.duplicates, 'picture')} more than once`,
  );
  lines.push(
    ...describeRepeated(report),
    ...describeNear(report.near),
    ...describeRepeated(report.near, '≈'),
  );
  lines.push(certainty(total('test')));
  return lines;
}

/** What tells the names of classes apart that are alike. */
function differenceOf(names: readonly string[]): string {
  const distinct = (keyOf: (name: string) => string) => new Set(names.map(keyOf)).size;
  const inCase = distinct(withoutSpaces) > 1;
  const inSpaces = distinct((name) => name.toLowerCase()) > 1;
  if (!inSpaces) return 'upper and lower case';
  return inCase ? 'spaces, and upper and lower case' : 'spaces';
}

/** A name with spaces that are easily overlooked is shown with its ends. */
function quotedSpaces(name: string): string {
  return withoutSpaces(name) === name ? name : `"${name}"`;
}

/** Those lines of the report that say what an accuracy on the images is worth. */
export function evidenceIn(report: FolderReport): string[] {
  return [
    ...describeMissing(report),
    ...(report.damaged.length > 0 ? [`skipped ${describeUnreadable(report.damaged)}`] : []),
    ...describeRepeated(report),
    ...describeRepeated(report.near, '≈'),
  ];
}

/** Classes that an accuracy says nothing about. */
function describeMissing(report: FolderReport): string[] {
  const said = { val: 'no validation images', test: 'no test images' };
  const leftOut = (names: readonly string[]) => (names.length === 1 ? 'it' : 'these');
  return (['val', 'test'] as const).flatMap((split) => {
    const names = classesWithout(split, report);
    return names.length === 0
      ? []
      : [`${said[split]} of ${list(names, 10)}: accuracies on them leave ${leftOut(names)} out`];
  });
}

/** Pictures that are in two splits, or in two classes. */
function describeRepeated(
  { leakage, contradictory }: Pick<Repeated, 'leakage' | 'contradictory'>,
  sign: '=' | '≈' = '=',
): string[] {
  const noun = sign === '=' ? 'picture' : 'near-equal picture';
  return [
    ...leakage.map(
      ({ splits, groups }) =>
        `leakage: ${count(groups, noun)} in ${splits.join(' and ')}: ${examples(groups, sign)}`,
    ),
    ...(contradictory.length === 0
      ? []
      : [`contradictory: ${count(contradictory, noun)} in two classes: ${examples(contradictory, sign)}`]),
  ];
}

function describeNear({ groups, apart, limit }: NearlyRepeated): string[] {
  const lines: string[] = [];
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
