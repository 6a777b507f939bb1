import { basename, relative, sep } from 'node:path';
import { AdarandError, invariant } from '../errors.js';
import { describeUnreadable } from './format-report.js';
import { type Identity, identifyPixels } from './identity.js';
import { describeIgnored, type Ignored, NO_EXTENSION, nameImages } from './ignored.js';
import { checkPixels, type DatasetImage, type LabelledImage, shareAll } from './image.js';
import { LOST_NAME } from './lost-name.js';
import { joinNearPictures, type NearPictures } from './near-groups.js';
import { type FolderReport, reportOn } from './report.js';
import type { NestedClass } from './scan.js';
import type { SplitName } from './shape.js';
import { cutSplits, type SplitOptions, takeFraction } from './split.js';

/** Labelled images in three disjoint splits. */
export interface Dataset {
  /** Class names in the order of their labels. */
  readonly classes: readonly string[];
  readonly train: Split;
  readonly val: Split;
  readonly test: Split;
  /** Training images that `trainFraction` leaves out; nothing looks at them. */
  readonly unused: Split;
  readonly report: FolderReport;
}

export interface Split {
  readonly images: readonly DatasetImage[];
}

/** Labelled images as they were found; a split that is absent is cut from `train`. */
export interface DatasetImages {
  /** A folder, or a name. The last part of the path names the dataset. */
  readonly path: string;
  readonly classes: readonly string[];
  readonly train: readonly LabelledImage[];
  readonly val?: readonly LabelledImage[] | undefined;
  readonly test?: readonly LabelledImage[] | undefined;
}

export interface DatasetOptions extends SplitOptions {
  /** Images to evaluate, not to train on: train/, classes and images of a class may be missing. Default false. */
  readonly partial?: boolean;
}

/** What only the reader of the files knows. */
export interface Findings {
  readonly ignored: Ignored;
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
  /** Classes whose training images are all in several folders of theirs. */
  readonly nested: readonly NestedClass[];
  /** Of each file, by path. */
  readonly identities: ReadonlyMap<string, Identity>;
}

const nothingFound: Findings = { ignored: new Map(), damaged: [], nested: [], identities: new Map() };

/**
 * Makes a dataset of images that the caller lists: files, or pixels in memory (copied once, into memory that
 * worker threads share). Splits that are absent are cut from `train`, stratified; see `SplitOptions`.
 *
 * @throws AdarandError `data.one-class`, `data.empty-class`, `data.label`, `data.fraction`, `data.pixels`.
 */
export function createDataset(
  source: DatasetImages,
  options: DatasetOptions,
  findings: Findings = nothingFound,
): Dataset {
  return recognised(source, options, findings)(options);
}

/**
 * The same, with what does not depend on seed and fractions done once: which images are copies or near-equal. What it
 * returns splits them, as often as wanted.
 */
export function recognised(
  source: DatasetImages,
  { partial = false }: Pick<DatasetOptions, 'partial'>,
  findings: Findings = nothingFound,
): (options: SplitOptions) => Dataset {
  const { path, classes } = source;
  if (!partial) checkClasses(path, classes);
  for (const images of [source.train, source.val ?? [], source.test ?? []])
    checkImages(path, classes, images);
  if (!partial) checkClassSizes(path, classes, source.train, findings);
  const { found, blank } = identified(source, findings.identities);
  const near = joinNearPictures([...found.train, ...(found.val ?? []), ...(found.test ?? [])]);
  return (options) => splitImages({ source, found, near, blank, findings }, options);
}

interface Recognised {
  readonly source: DatasetImages;
  readonly found: ReturnType<typeof identified>['found'];
  readonly near: NearPictures;
  readonly blank: readonly string[];
  readonly findings: Findings;
}

function splitImages({ source, found, near, blank, findings }: Recognised, options: SplitOptions): Dataset {
  const { path, classes } = source;
  const cut = cutSplits(found, near, classes.length, options);
  const part = takeFraction(cut.train, classes.length, options);
  const train = shareAll(part.taken);
  const val = shareAll(cut.val);
  const test = shareAll(cut.test);
  const cutFromTrain = (['val', 'test'] as const).filter((split) => !source[split]);
  const report = reportOn(
    { name: basename(path), path, classes, train, val, test, cutFromTrain, valFolds: cut.folds, blank, near },
    findings,
  );
  return {
    classes,
    train: { images: train },
    val: { images: val },
    test: { images: test },
    unused: { images: part.left },
    report,
  };
}

function checkClasses(path: string, classes: readonly string[]): void {
  if (classes.length > 1) return;
  throw new AdarandError(
    'data.one-class',
    `${path} has ${classes.length === 1 ? `a single class, "${classes[0]}"` : 'no class'}`,
    'A classifier needs at least two classes: one folder of images for each.',
  );
}

/** The images with their names and digests, and the names of those without any contrast. */
function identified({ path, train, val, test }: DatasetImages, known: Findings['identities']) {
  const blank: string[] = [];
  const identify = (split: SplitName, images: readonly LabelledImage[]) =>
    images.map((labelled, position): DatasetImage => {
      const { image } = labelled;
      const isFile = image.kind === 'file';
      const name = isFile ? relative(path, image.path).split(sep).join('/') : `${split}[${position}]`;
      const identity = isFile ? known.get(image.path) : identifyPixels(image);
      invariant(identity !== undefined, `${name} was inspected`);
      if (identity.blank) blank.push(name);
      return { ...labelled, name, digest: identity.digest, descriptor: identity.descriptor };
    });
  const found = {
    train: identify('train', train),
    val: val && identify('val', val),
    test: test && identify('test', test),
  };
  return { found, blank };
}

function checkImages(path: string, classes: readonly string[], images: readonly LabelledImage[]): void {
  checkPixels(images);
  const wrong = images.find(({ label }) => !Number.isInteger(label) || label < 0 || label >= classes.length);
  if (!wrong) return;
  throw new AdarandError(
    'data.label',
    `${path} has an image with label ${wrong.label}, but ${classes.length} classes`,
    `Labels are whole numbers from 0 to ${classes.length - 1}.`,
  );
}

function checkClassSizes(
  path: string,
  classes: readonly string[],
  images: readonly LabelledImage[],
  { damaged, ignored }: Pick<Findings, 'damaged' | 'ignored'>,
): void {
  const all = damaged.map((file) => ({ ...file, path: relative(path, file.path) }));
  const others =
    ignored.size === 0 ? '' : `; ignored, because they are not images: ${describeIgnored(ignored, 8)}`;
  if (images.length < classes.length) {
    throw new AdarandError(
      'data.too-few-images',
      `${path} has ${classes.length} classes but only ${images.length} training images${unreadable(all)}${others}`,
      toDo(all, ignored) ?? 'Every class needs at least one training image, better ten or more.',
    );
  }
  const present = new Set(images.map(({ label }) => label));
  const empty = classes.filter((_, label) => !present.has(label));
  if (empty.length === 0) return;
  const theirs = all.filter((file) =>
    file.path.split(sep).some((folder) => empty.includes(folder.normalize('NFC'))),
  );
  throw new AdarandError(
    'data.empty-class',
    `${path} has no readable training image for ${empty.map((name) => `"${name}"`).join(', ')}${unreadable(theirs)}${others}`,
    toDo(theirs, ignored) ?? 'Put images into the folder of that class, or remove the folder.',
  );
}

function unreadable(files: Findings['damaged']): string {
  if (files.length === 0) return '';
  return `; there ${files.length === 1 ? 'is' : 'are'} ${describeUnreadable(files)}`;
}

/** What would make images of files that are there. */
function toDo(damaged: Findings['damaged'], ignored: Ignored): string | undefined {
  if (damaged.length > 0) {
    const lost = damaged.filter(({ reason }) => reason === LOST_NAME).length;
    if (lost === damaged.length) return 'Rename those files, in UTF-8, or remove the folder.';
    return `Convert${lost > 0 ? ', rename' : ''} or replace those files, or remove the folder.`;
  }
  return ignored.has(NO_EXTENSION) ? nameImages : undefined;
}
