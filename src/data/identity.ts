import { createHash } from 'node:crypto';
import type { Pixels } from './image.js';
import { describePicture } from './near-descriptor.js';

/** What an image is, whatever its name: what was found out when it was looked at. */
export interface Identity {
  /** SHA-256: of a file's bytes, or of width, height, channels and pixels of an image in memory. */
  readonly digest: string;
  /** Whether all its pixels are equal. */
  readonly blank: boolean;
  /** In pixels; of a file, as it was decoded, which may have shrunk it. */
  readonly shorterSide: number;
  /** What it looks like, unless it has next to no contrast. */
  readonly descriptor: string | undefined;
}

/** The identity of a file. `image` is what was decoded from `bytes`. */
export function identifyFile(bytes: Uint8Array, image: Pixels): Identity {
  return { digest: createHash('sha256').update(bytes).digest('hex'), ...looks(image) };
}

/** The identity of an image that is in memory. */
export function identifyPixels(image: Pixels): Identity {
  const { width, height, channels, data } = image;
  const hash = createHash('sha256').update(`${width} ${height} ${channels} `).update(data);
  return { digest: hash.digest('hex'), ...looks(image) };
}

function looks(image: Pixels) {
  const shorterSide = Math.min(image.width, image.height);
  return { blank: isBlank(image), shorterSide, descriptor: describePicture(image) };
}

function isBlank({ channels, data }: Pixels): boolean {
  return data.every((value, i) => value === data[i % channels]);
}
