import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { neededLibraries } from '../../src/runtime/cuda/elf.js';
import { tinyElf } from '../helpers/tiny-elf.js';
import { mutateBytes } from './mutate-bytes.js';
import type { Reader } from './reader.js';

export const deviceReaders = {
  'shared library': {
    ending: 'so',
    parsedIn: ['runtime/cuda/elf.ts'],
    samples: async () => [tinyElf(['libcudart.so.13', 'libm.so.6']), tinyElf([])],
    mutate: mutateBytes,
    async read(bytes, folder) {
      const path = join(folder, 'library.so');
      await writeFile(path, bytes);
      await neededLibraries(path);
    },
  },
} satisfies Record<string, Reader>;
