import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder } from '../../../test/helpers/cli.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { shareImageList } from './share-image-list.js';

const folder = await temporaryFolder();
after(folder.remove);

test('equal lists become one file, which goes on as two where one is written again', async () => {
  const at = (name: string) => join(folder.path, name);
  for (const [name, text] of [
    ['a', 'same'],
    ['b', 'same'],
    ['other', 'emas'],
    ['longer', 'same and more'],
  ] as const)
    await writeFile(at(name), text);
  const links = async (name: string) => (await stat(at(name))).nlink;
  assert.equal(await shareImageList(at('b'), [at('gone'), at('longer'), at('other')]), false);
  assert.equal(await shareImageList(at('gone'), [at('a')]), false);
  assert.equal(await shareImageList(at('b'), [at('gone'), at('longer'), at('other'), at('a')]), true);
  assert.equal(await shareImageList(at('b'), [at('a')]), true, 'it is already');
  assert.deepEqual([await links('a'), await links('b'), await links('other')], [2, 2, 1]);
  await writeFileAtomic(at('b'), 'new');
  assert.deepEqual([await readFile(at('a'), 'utf8'), await readFile(at('b'), 'utf8')], ['same', 'new']);
  assert.equal(await links('a'), 1);
  assert.deepEqual((await readdir(folder.path)).sort(), ['a', 'b', 'longer', 'other']);
});
