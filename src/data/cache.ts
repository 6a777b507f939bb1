import { totalmem } from 'node:os';
import type { Pixels } from './image.js';

export interface ImageCacheOptions {
  /** Side of the network's input in pixels; images are kept with a shorter side of at most twice that. */
  readonly imageSize: number;
  /** Bytes of pixels to hold. Default: 1 GiB or a quarter of the machine's memory, whichever is smaller. */
  readonly byteBudget?: number;
}

/**
 * Decoded images by path, up to a byte budget. What came first stays: every epoch reads every image once, in
 * another order, and there an eviction rule such as least-recently-used only throws away what is needed next.
 * Images beyond the budget are decoded again each time.
 */
export class ImageCache {
  /** Shorter side that images are shrunk to when decoded: room for a crop of a quarter of the area. */
  readonly shorterSide: number;
  readonly #budget: number;
  readonly #images = new Map<string, Pixels>();
  #bytes = 0;

  constructor(options: ImageCacheOptions) {
    this.shorterSide = 2 * options.imageSize;
    this.#budget = options.byteBudget ?? Math.min(2 ** 30, totalmem() / 4);
  }

  /** Bytes of pixels held. */
  get bytes(): number {
    return this.#bytes;
  }

  get(path: string): Pixels | undefined {
    return this.#images.get(path);
  }

  /** Keeps the image if the budget allows. */
  offer(path: string, image: Pixels): void {
    if (this.#images.has(path) || this.#bytes + image.data.length > this.#budget) return;
    this.#images.set(path, image);
    this.#bytes += image.data.length;
  }
}
