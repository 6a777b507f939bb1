import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { writeImages } from '../../../test/helpers/cli.js';
import { ImageCache, openDataset } from '../../data/index.js';
import { at } from '../../errors.js';
import { withRememberedFiles } from './remembered-files.js';

describe('what is remembered of the files of a folder', () => {
  let folder: string;
  let images: string;
  let cache: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'adarand-'));
    images = join(folder, 'colours');
    await writeImages(images, 4);
    // What was written just before is not remembered.
    await setTimeout(2600);
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    cache = await mkdtemp(join(folder, 'cache-'));
    process.env.ADARAND_CACHE = cache;
  });
  afterEach(() => {
    delete process.env.ADARAND_CACHE;
  });

  /** Opens the folder as another process would, and says how many files were known. */
  const open = async (imageSize = 16) => {
    const memory = new ImageCache({ imageSize });
    let known = 0;
    const { train, val, test, report } = await withRememberedFiles(images, memory.shorterSide, (remembered) =>
      openDataset(images, {
        seed: 1,
        cache: memory,
        remembered: {
          add: remembered.add,
          get(path, stamp) {
            const identity = remembered.get(path, stamp);
            known += Number(identity !== undefined);
            return identity;
          },
        },
      }),
    );
    const all = [...train.images, ...val.images, ...test.images];
    const sides = all.map(({ image }) => image.kind === 'file' && memory.shorterSideOf(image.path));
    return { known, found: { all, report, sides }, decoded: memory.bytes > 0 };
  };
  const stored = async () => {
    const [name, ...others] = await readdir(cache);
    assert.ok(name !== undefined && others.length === 0, others.join());
    return join(cache, name);
  };

  test('is the same as what is found out, and nothing is decoded for it', async () => {
    const first = await open();
    assert.deepEqual([first.known, first.decoded], [0, true]);
    const again = await open();
    assert.deepEqual([again.known, again.decoded], [first.found.all.length, false]);
    assert.deepEqual(again.found, first.found);
  });

  test('depends on the size to which images are decoded', async () => {
    await open(16);
    assert.equal((await open(8)).known, 0);
  });

  test('is not of a file that was written since, nor of one that is gone', async () => {
    const { found } = await open();
    const [first, second] = found.all.map(({ image }) => (image.kind === 'file' ? image.path : ''));
    const [path, gone] = [first ?? '', second ?? ''];
    const [before, other] = [await readFile(path), await readFile(gone)];
    await rm(gone);
    // Another picture of the same length would be told apart as well: by its time.
    await writeFile(path, other);
    const changed = await open();
    assert.equal(changed.known, found.all.length - 2);
    const digest = changed.found.all.find(
      ({ image }) => image.kind === 'file' && image.path === path,
    )?.digest;
    assert.equal(digest, at(found.all, 1).digest);
    const names = await readFile(await stored(), 'utf8');
    assert.ok(!names.includes(at(found.all, 1).name));
    // It was written just before, and so it is not remembered either.
    assert.ok(!names.includes(at(found.all, 0).name));
    await writeFile(path, before);
    await writeFile(gone, other);
    await setTimeout(2600);
  });

  for (const [what, text] of [
    ['cut off', '[["a'],
    ['something else', '{"a":1}'],
    ['of something else', '[["a.png","1 2 3","no digest",false,16,null]]'],
  ] as const)
    test(`is nothing where it is ${what}, and is then made again`, async () => {
      await open();
      const path = await stored();
      const whole = await readFile(path, 'utf8');
      await writeFile(path, text);
      assert.equal((await open()).known, 0);
      assert.equal(await readFile(path, 'utf8'), whole);
    });

  test('is nothing where it cannot be kept', async () => {
    await writeFile(join(cache, 'file'), '');
    process.env.ADARAND_CACHE = join(cache, 'file', 'cache');
    await open();
    assert.equal((await open()).known, 0);
  });
});
