/** Pictures with the large shapes and the fine grain of photographs. */
import sharp, { type Sharp } from 'sharp';
import type { Pixels } from '../../src/data/index.js';
import { Random } from '../../src/random.js';

/** A scene for each number: soft areas of many colours, and noise. */
export async function scene(number: number, width = 96, height = 72): Promise<Pixels> {
  const random = new Random(number, 'test', 1);
  const coarse = Uint8Array.from({ length: 8 * 6 * 3 }, () => random.below(226) + 15);
  const smooth = await sharp(coarse, { raw: { width: 8, height: 6, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer();
  const noisy = smooth.map((value) => Math.max(0, Math.min(255, value + random.below(31) - 15)));
  return { width, height, channels: 3, data: new Uint8Array(noisy) };
}

/** To be changed and encoded. */
export function editable({ width, height, channels, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}
