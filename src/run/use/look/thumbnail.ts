import sharp from 'sharp';
import { decodeImage } from '../../../data/decode.js';
import { toRgb } from '../../../data/image.js';
import type { DatasetImage } from '../../../data/index.js';

/** Shorter side that a photograph is shrunk to. */
const SIDE = 112;

/** An image as a `data:` address: small, the whole of it, turned upright. Undefined for a file that is no longer there. */
export async function thumbnail({ image }: Pick<DatasetImage, 'image'>): Promise<string | undefined> {
  const pixels =
    image.kind === 'pixels' ? toRgb(image) : await decodeImage(image.path, SIDE).catch(() => undefined);
  if (pixels === undefined) return undefined;
  const { width, height, data } = pixels;
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  // Few pixels are shown enlarged, where JPEG would blur them.
  const isSmall = Math.max(width, height) <= 64;
  const bytes = await (isSmall
    ? picture.png()
    : picture
        .resize({ width: 2 * SIDE, height: 2 * SIDE, fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: 80 })
  ).toBuffer();
  return `data:image/${isSmall ? 'png' : 'jpeg'};base64,${bytes.toString('base64')}`;
}
