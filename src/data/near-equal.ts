import { at } from '../errors.js';
import type { DatasetImage } from './image.js';
import { looksOf } from './near-descriptor.js';
import { NearIndex } from './near-index.js';

/** What an image is known again by; JSON keeps it. */
export type Recognisable = Pick<DatasetImage, 'descriptor'>;

/**
 * Which of `images` are near-equal to one of `known`: each of them with the closest, the first of several that are
 * equally close. Near-equal are a picture and the same one encoded again, resized, or with slightly other brightness,
 * contrast or colours, not one that is cropped, mirrored or turned; copies with the same bytes are near-equal, too.
 * An image without a descriptor has too little contrast to be known again: it is near-equal to none, and the digests
 * tell whether it is a copy.
 *
 * The descriptors of both must come from images that were decoded for one input size, or a few pairs at the limit of
 * what is near-equal are judged otherwise.
 */
export function nearEqual<Image extends Recognisable, Known extends Recognisable>(
  images: readonly Image[],
  known: readonly Known[],
): Map<Image, Known> {
  const candidates = known.flatMap((image) =>
    image.descriptor === undefined ? [] : [{ image, looks: looksOf(image.descriptor) }],
  );
  const index = new NearIndex(candidates.map(({ looks }) => looks));
  const found = new Map<Image, Known>();
  for (const image of images) {
    if (image.descriptor === undefined) continue;
    const [closest] = index.near(looksOf(image.descriptor), 1);
    if (closest) found.set(image, at(candidates, closest.position).image);
  }
  return found;
}
