import { totalmem } from 'node:os';
import type { Identity } from './identity.js';
import { isWhole, type Pixels } from './image.js';
import type { ImageSource, RenderedFile } from './render.js';

export interface ImageCacheOptions {
  /** Side of the network's input in pixels; images are kept with a shorter side of at most twice that. */
  readonly imageSize: number;
  /** Bytes of pixels to hold. Default: 1 GiB or a quarter of the machine's memory, whichever is smaller. */
  readonly byteBudget?: number;
}

/** What a file was when it was inspected. */
interface KnownFile {
  /** Changes with every writing of the file. */
  readonly stamp: string;
  readonly identity: Identity;
}

/**
 * Decoded images by path, and what evaluation has made of them, up to a byte budget. What came first stays: every epoch
 * reads every image once, in another order, and there an eviction rule such as least-recently-used only throws away
 * what is needed next. Images beyond the budget are decoded again each time.
 */
export class ImageCache {
  /** Shorter side that images are shrunk to when decoded for training: room for a crop of a quarter of the area. */
  readonly shorterSide: number;
  readonly #imageSize: number;
  readonly #budget: number;
  readonly #known = new Map<string, KnownFile>();
  readonly #images = new Map<string, Pixels>();
  readonly #rendered = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(options: ImageCacheOptions) {
    this.#imageSize = options.imageSize;
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

  /**
   * What a file was when it was inspected, if it has not been written since. What is kept of one that was is dropped, so
   * that a cache may outlive a run.
   */
  known(path: string, stamp: string): Identity | undefined {
    const known = this.#known.get(path);
    if (known === undefined || known.stamp === stamp) return known?.identity;
    this.#forget(path);
    return undefined;
  }

  /** Of a file that was inspected, as it was decoded. */
  shorterSideOf(path: string): number | undefined {
    return this.#known.get(path)?.identity.shorterSide;
  }

  remember(path: string, known: KnownFile): void {
    this.#known.set(path, known);
  }

  /** A file as evaluation, which resizes to `resizeSize`, needs it: not what training has shrunk. */
  forEvaluation(path: string, resizeSize: number): ImageSource {
    const rendered = this.#rendered.get(renderedKey(path, resizeSize));
    if (rendered !== undefined) return { rendered };
    const image = this.#images.get(path);
    if (image === undefined || !isWhole(image, this.shorterSide)) return path;
    return isWorthKeeping(3 * this.#imageSize ** 2, image) ? { path, image } : image;
  }

  /** Keeps the image, as it was decoded for training, if the budget allows. */
  offer(path: string, image: Pixels): void {
    if (this.#images.has(path) || !this.#takes(image.data.length)) return;
    this.#images.set(path, image);
    this.#bytes += image.data.length;
  }

  /** Keeps what evaluation has made of a file, if need be in place of an image that has lost pixels, and is of no use to it. */
  offerRendered({ path, resizeSize, rendered }: RenderedFile): void {
    const key = renderedKey(path, resizeSize);
    if (this.#rendered.has(key)) return;
    const image = this.#images.get(path);
    if (!this.#takes(rendered.length) && image !== undefined && !isWhole(image, this.shorterSide)) {
      this.#images.delete(path);
      this.#bytes -= image.data.length;
    }
    if (!this.#takes(rendered.length)) return;
    this.#rendered.set(key, rendered);
    this.#bytes += rendered.length;
  }

  #forget(path: string): void {
    this.#known.delete(path);
    this.#bytes -= this.#images.get(path)?.data.length ?? 0;
    this.#images.delete(path);
    for (const [key, rendered] of this.#rendered)
      if (key.slice(key.indexOf(':') + 1) === path) {
        this.#rendered.delete(key);
        this.#bytes -= rendered.length;
      }
  }

  #takes(bytes: number): boolean {
    return this.#bytes + bytes <= this.#budget;
  }
}

/** Whether so many bytes, which evaluation makes of an image, are no more than the image itself has. */
export function isWorthKeeping(bytes: number, image: Pixels): boolean {
  return bytes <= image.data.length;
}

function renderedKey(path: string, resizeSize: number): string {
  return `${resizeSize}:${path}`;
}
