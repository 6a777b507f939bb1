import { createHash } from 'node:crypto';
import type { Pixels } from './image.js';

/** What an image is, whatever its name: what was found out when it was looked at. */
export interface Identity {
  /** SHA-256: of a file's bytes, or of width, height, channels and pixels of an image in memory. */
  readonly digest: string;
  /** Whether all its pixels are equal. */
  readonly blank: boolean;
}

/** The identity of a file. `image` is what was decoded from `bytes`. */
export function identifyFile(bytes: Uint8Array, image: Pixels): Identity {
  return { digest: createHash('sha256').update(bytes).digest('hex'), blank: isBlank(image) };
}

/** The identity of an image that is in memory. */
export function identifyPixels(image: Pixels): Identity {
  const { width, height, channels, data } = image;
  const hash = createHash('sha256').update(`${width} ${height} ${channels} `).update(data);
  return { digest: hash.digest('hex'), blank: isBlank(image) };
}

function isBlank({ channels, data }: Pixels): boolean {
  return data.every((value, i) => value === data[i % channels]);
}
