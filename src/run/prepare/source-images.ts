import { type Dataset, type DatasetImage, describeIgnored, nearEqual } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import { printableName } from '../../printable.js';

/** Source images, for a method that trains on them. */
export interface SourceImages {
  readonly dataset: Dataset;
  readonly classes: readonly string[];
  /** Of all its splits, except those that are also validation or test images of the target, or near-equal to one. */
  readonly images: readonly DatasetImage[];
}

/**
 * The images of a source folder, without those that are also among the target's validation or test images, or near-equal
 * to one of them: the run must not train on these.
 *
 * @throws AdarandError `data.source-is-target` if nothing else is in it.
 */
export function sourceImages(found: Dataset, target: Dataset): SourceImages {
  const heldOut = [...target.val.images, ...target.test.images];
  const digests = new Set(heldOut.map(({ digest }) => digest));
  const all = [...found.train.images, ...found.val.images, ...found.test.images];
  const near = nearEqual(all, heldOut);
  const images = all.filter((image) => !digests.has(image.digest) && !near.has(image));
  if (images.length === 0)
    throw new AdarandError(
      'data.source-is-target',
      `all images of ${found.report.path} are also to be validated or tested on`,
      'Give source images of another kind, such as a part of what the network was pretrained on.',
    );
  return { dataset: found, classes: found.classes, images };
}

/** A report on them, in lines of text. */
export function describeSource({ dataset, classes, images }: SourceImages): string[] {
  const { name, damaged, ignored } = dataset.report;
  const all = dataset.train.images.length + dataset.val.images.length + dataset.test.images.length;
  const lines = [`source ${name}: ${classes.length} classes, ${images.length} images to train on as well`];
  if (images.length < all)
    lines.push(
      `left out, because they are also validation or test images, or near-equal to one: ${all - images.length}`,
    );
  const [first] = damaged;
  if (first !== undefined)
    lines.push(
      `skipped ${damaged.length} damaged: ${printableName(first.path)} (${first.reason})${damaged.length > 1 ? ' ...' : ''}`,
    );
  if (ignored.size > 0)
    lines.push(`ignored, because they are not images of a class: ${describeIgnored(ignored)}`);
  return lines;
}
