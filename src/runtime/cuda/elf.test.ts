import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { tinyElf } from '../../../test/helpers/tiny-elf.js';
import { libraryPath } from '../c-api/library.js';
import { neededLibraries } from './elf.js';

const readelf = spawnSync('readelf', ['--version']).status === 0;

/** What binutils says that a file needs. */
function byReadelf(path: string): string[] {
  const { stdout } = spawnSync('readelf', ['-dW', path], { encoding: 'utf8' });
  return [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].flatMap(([, name]) => name ?? []);
}

describe('the libraries that a library needs', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'adarand-elf-'));
  });
  after(() => rm(folder, { recursive: true }));

  const skip = process.platform !== 'linux' || !readelf ? 'it compares with readelf' : false;
  test('are those that readelf lists, of ONNX Runtime and of Node', { skip }, async () => {
    for (const path of [await libraryPath(), process.execPath]) {
      const needed = await neededLibraries(path);
      assert.ok(
        needed.some((name) => /^libc[.]so/.test(name)),
        path,
      );
      assert.deepEqual(needed, byReadelf(path));
    }
  });

  test('are read, whatever they are called', async () => {
    const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'abcLIB.-_019') });
    await fc.assert(
      fc.asyncProperty(fc.array(name), async (names) => {
        const path = join(folder, 'library.so');
        await writeFile(path, tinyElf(names));
        assert.deepEqual(await neededLibraries(path), names);
        if (readelf && names.length > 0) assert.deepEqual(byReadelf(path), names);
      }),
      { numRuns: 20 },
    );
  });

  test('a file that is none, or only a part of one, is an error that names it', async () => {
    const whole = tinyElf(['libcudart.so.13']);
    const wrongs = { text: Buffer.from('#!/bin/sh\n'.repeat(20)), empty: new Uint8Array(0) };
    for (const length of [20, 70, 130, 200, whole.length - 1])
      Object.assign(wrongs, { [`${length} bytes`]: whole.subarray(0, length) });
    for (const [what, bytes] of Object.entries(wrongs)) {
      const path = join(folder, 'wrong.so');
      await writeFile(path, bytes);
      await assert.rejects(
        neededLibraries(path),
        { code: 'cuda.library', message: /wrong\.so is no shared library of 64-bit Linux: / },
        what,
      );
    }
  });
});
