import type { ImageCache, LabelledImage } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { Network } from '../../nn/network.js';
import { stepSizeOf } from '../../training/step-memory.js';
import type { RunInputs } from './run-inputs.js';

/** Networks that halve their maps five times want sides of this multiple; and two of it, so that something is left. */
const MULTIPLE = 32;
const SMALLEST = 64;

/**
 * Of images that are all enlarged to twice their size or more, what the network would save with a smaller --image-size, if
 * it takes one. Undefined where there is nothing to be said.
 */
export async function smallImagesRemark({
  dataset,
  cache,
  network,
  openAt,
}: Pick<RunInputs, 'dataset' | 'cache' | 'network' | 'openAt'>): Promise<string | undefined> {
  const { imageSize } = network.preprocessing;
  const side = largestSide(dataset.train.images, cache);
  if (side === undefined) return undefined;
  const smaller = smallerSize(side, imageSize);
  if (smaller === undefined) return undefined;
  const resized = await openAt(smaller).catch((error: unknown) => {
    if (error instanceof AdarandError) return undefined;
    throw error;
  });
  if (resized === undefined) return undefined;
  const share = work(resized) / work(network);
  return (
    `the training images have at most ${side} pixels on their shorter side, and are enlarged to ${imageSize}: with --image-size ` +
    `${smaller}, a step takes about ${Math.round(100 * share)} % of the time, mostly with a lower accuracy`
  );
}

/** Between the images' own size and the network's; undefined where that saves little. */
export function smallerSize(side: number, imageSize: number): number | undefined {
  if (2 * side > imageSize) return undefined;
  const smaller = MULTIPLE * Math.ceil(Math.max(SMALLEST, 1.5 * side) / MULTIPLE);
  return smaller <= 0.75 * imageSize ? smaller : undefined;
}

/** The largest shorter side; undefined where one is not known. */
function largestSide(images: readonly LabelledImage[], cache: ImageCache): number | undefined {
  let largest = 0;
  for (const { image } of images) {
    const side =
      image.kind === 'file' ? cache.shorterSideOf(image.path) : Math.min(image.width, image.height);
    if (side === undefined) return undefined;
    largest = Math.max(largest, side);
  }
  return largest;
}

/** In proportion to the time of a step. */
function work(network: Network): number {
  return stepSizeOf(network, new Set(network.parameters.keys())).activations;
}
