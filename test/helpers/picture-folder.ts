import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import sharp, { type Sharp } from 'sharp';

let pictures = 0;
/** Never the same picture twice. */
export function picture(width = 20, height = 16): Sharp {
  const shade = pictures++;
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (7 + shade) + shade) % 251);
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** A picture of one level throughout. */
export const flat = (width: number, height: number, channels: 1 | 2 | 3 | 4, value: number) =>
  sharp(new Uint8Array(width * height * channels).fill(value), { raw: { width, height, channels } });

/** A folder that is removed after the tests of a file, and what puts a picture of its own, or bytes, at a path in it. */
export async function pictureFolder() {
  const root = await mkdtemp(join(tmpdir(), 'adarand-pictures-'));
  after(() => rm(root, { recursive: true }));
  const put = async (path: string, bytes?: Uint8Array | string): Promise<string> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes ?? (await picture().png().toBuffer()));
    return file;
  };
  return { root, put };
}
