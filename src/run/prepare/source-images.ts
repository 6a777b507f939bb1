import type { Dataset, LabelledImage } from '../../data/index.js';
import { AdarandError } from '../../errors.js';

/** Source images, for a method that trains on them. */
export interface SourceImages {
  readonly dataset: Dataset;
  readonly classes: readonly string[];
  /** Of all its splits, but for those that are also to be validated or tested on. */
  readonly images: readonly LabelledImage[];
}

/**
 * The images of a source folder. What is also among the target's validation or test images is left out: the run would
 * train on it.
 *
 * @throws AdarandError `data.source-is-target` if nothing else is in it.
 */
export function sourceImages(found: Dataset, target: Dataset): SourceImages {
  const heldOut = new Set([...target.val.images, ...target.test.images].flatMap(digestOf));
  const all = [...found.train.images, ...found.val.images, ...found.test.images];
  const images = all.filter((image) => !digestOf(image).some((digest) => heldOut.has(digest)));
  if (images.length === 0)
    throw new AdarandError(
      'data.source-is-target',
      `all images of ${found.report.path} are also to be validated or tested on`,
      'Give source images of another kind, such as a part of what the network was pretrained on.',
    );
  return { dataset: found, classes: found.classes, images };
}

/** What to tell people about them. */
export function describeSource({ dataset, classes, images }: SourceImages): string[] {
  const { name, damaged, ignored } = dataset.report;
  const all = dataset.train.images.length + dataset.val.images.length + dataset.test.images.length;
  const lines = [`source ${name}: ${classes.length} classes, ${images.length} images to train on as well`];
  if (images.length < all)
    lines.push(`left out, being also validation or test images: ${all - images.length}`);
  const [first] = damaged;
  if (first !== undefined)
    lines.push(
      `skipped ${damaged.length} damaged: ${first.path} (${first.reason})${damaged.length > 1 ? ' ...' : ''}`,
    );
  if (ignored.size > 0)
    lines.push(
      `ignored, being no images of a class: ${Array.from(ignored, ([kind, count]) => `${count} ${kind}`).join(', ')}`,
    );
  return lines;
}

function digestOf({ image }: LabelledImage): string[] {
  return image.kind === 'file' && image.digest !== undefined ? [image.digest] : [];
}
