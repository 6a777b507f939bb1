import { ImageCache } from '../../data/index.js';

let kept: { readonly imageSize: number; readonly cache: ImageCache } | undefined;

/**
 * Decoded images for a network's input of this size, with those that earlier runs of this process have used. Those for
 * another size are dropped: a process trains one network, mostly, and memory is bounded.
 */
export function sharedImages(imageSize: number): ImageCache {
  if (kept?.imageSize !== imageSize) kept = { imageSize, cache: new ImageCache({ imageSize }) };
  return kept.cache;
}
