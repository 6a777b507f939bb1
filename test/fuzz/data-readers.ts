import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { parseIdx } from '../../src/data/idx.js';
import { unzipIdx } from '../../src/data/idx-file.js';
import { inspectImages } from '../../src/data/inspect.js';
import { isTruncated } from '../../src/page/is-truncated.js';
import { parseRememberedFiles } from '../../src/run/prepare/remembered-files.js';
import { jsonReader } from './json-reader.js';
import { mutateBytes } from './mutate-bytes.js';
import type { Reader } from './reader.js';

const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 3]);
const sizes = Buffer.from([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3]);
const images = Buffer.concat([sizes, Buffer.from(Array.from({ length: 24 }, (_, i) => i))]);

export const dataReaders = {
  idx: {
    ending: 'idx3-ubyte',
    parsedIn: ['data/idx.ts'],
    samples: async () => [images],
    mutate: mutateBytes,
    read: (bytes) => parseIdx(bytes, labels, 'fuzz'),
  },
  'idx.gz': {
    ending: 'gz',
    parsedIn: ['data/idx-file.ts'],
    samples: async () => [
      gzipSync(images),
      gzipSync(Buffer.concat([images, Buffer.alloc(1e6)]).subarray(0, 40)),
    ],
    mutate: mutateBytes,
    read: async (bytes) => parseIdx(await unzipIdx(bytes, 'images', 'fuzz.gz'), labels, 'fuzz.gz'),
  },
  'remembered files': jsonReader(
    ['run/prepare/remembered-files.ts'],
    async () => [[['a/b.png', '1 2 3 4 5', '0'.repeat(64), false, 96, null]]],
    (bytes) => parseRememberedFiles(new TextDecoder().decode(bytes)),
  ),
  'image on the page': {
    ending: 'image',
    parsedIn: ['page/is-truncated.ts'],
    samples: async () => {
      const grey = () => sharp({ create: { width: 40, height: 30, channels: 3, background: 'grey' } });
      return Promise.all([grey().png().toBuffer(), grey().jpeg().toBuffer(), grey().webp().toBuffer()]);
    },
    mutate: mutateBytes,
    read: (bytes) => assert.equal(typeof isTruncated(bytes), 'boolean'),
  },
  image: {
    ending: 'image',
    parsedIn: ['data/decode.ts', 'data/formats.ts', 'data/inspect.ts'],
    async samples() {
      const noise = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 97) % 251);
      const picture = () => sharp(noise, { raw: { width: 40, height: 30, channels: 3 } });
      return Promise.all([
        picture().png().toBuffer(),
        picture().png({ palette: true, progressive: true }).toBuffer(),
        picture()
          .jpeg()
          .withExif({ IFD0: { Orientation: '6' } })
          .toBuffer(),
        picture().jpeg({ progressive: true }).toBuffer(),
        picture().webp().toBuffer(),
        picture().gif().toBuffer(),
        picture().tiff({ compression: 'lzw' }).toBuffer(),
        picture().avif({ effort: 0 }).toBuffer(),
      ]);
    },
    mutate: mutateBytes,
    // A picture that cannot be read is reported, not thrown: in a few words.
    async read(bytes, folder) {
      const path = join(folder, 'image');
      await writeFile(path, bytes);
      const { damaged, identities } = await inspectImages([path], {});
      assert.equal(damaged.length + identities.size, 1);
      for (const { reason } of damaged) assert.match(reason, /^[^\n]{3,200}$/);
    },
  },
} satisfies Record<string, Reader>;
