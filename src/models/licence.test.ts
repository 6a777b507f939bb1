import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder } from '../../test/helpers/cli.js';
import { licencesIn, licencesOf } from './licence.js';

const folder = await temporaryFolder();
after(folder.remove);

for (const [front, expected] of [
  ['license: apache-2.0', ['apache-2.0']],
  ['tags:\n- license\nlicense: "cc-by-nc-4.0" # for research\nlicense_name: x', ['cc-by-nc-4.0']],
  ["license:\n- mit\n  - 'other'\ntags:\n- a", ['mit', 'other']],
  ['license: [mit, openrail++]', ['mit', 'openrail++']],
  ['license:\r\n- mit\r', ['mit']],
  ['license: see below', []],
  ['license:', []],
  ['license_name: mit', []],
  ['  license: mit', []],
  ['tags:\n- license: mit', []],
] as const)
  test(`of ${JSON.stringify(front)}, the licences are ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(licencesOf(`---\n${front}\n---\n# A model\n`), expected);
  });

test('what stands elsewhere in a description is no licence of the model', () => {
  assert.deepEqual(licencesOf('# A model\n---\nlicense: mit\n---\n'), []);
  assert.deepEqual(licencesOf('---\ntags: a\n---\nlicense: mit\n'), []);
  assert.deepEqual(licencesOf('---\nlicense: mit\n'), []);
});

test('a folder without a description names none', async () => {
  assert.deepEqual(await licencesIn(folder.path), []);
  await mkdir(join(folder.path, 'odd', 'README.md'), { recursive: true });
  assert.deepEqual(await licencesIn(join(folder.path, 'odd')), []);
  await writeFile(join(folder.path, 'README.md'), '---\nlicense: mit\n---\n');
  assert.deepEqual(await licencesIn(folder.path), ['mit']);
});
