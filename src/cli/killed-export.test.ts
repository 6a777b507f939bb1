import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { before, describe, test } from 'node:test';
import { testFolder } from '../../test/helpers/cli.js';
import { chosen, filesIn, type Interrupted } from '../../test/helpers/interrupted.js';
import { exportWhole } from '../../test/helpers/interrupted-export.js';
import { exportOptionsSchema } from '../run/operations/export-run.js';
import { exportRun } from '../run/use/export-run.js';

const command = ['export', '../run', '--to', 'shipped/flowers', '--quantize'];

describe('an export that is interrupted where it changes a file', () => {
  const folder = testFolder();
  let commands: Interrupted;
  let changes: readonly string[] = [];
  const at = folder.inside;

  before(async () => {
    ({ commands, changes } = await exportWhole(folder, command));
  });

  const assertSame = async (name: string) => {
    const files = await filesIn(at('whole'));
    assert.deepEqual(await filesIn(at(name)), files);
    for (const file of files)
      assert.ok((await readFile(at(name, file))).equals(await readFile(at('whole', file))), file);
  };

  test('is written again, or says what to delete', async (t) => {
    assert.ok(changes.length > 15, changes.join('\n'));
    for (const point of chosen(changes.length, 1, 1))
      await t.test(`before ${point}: ${changes[point - 1]}`, async () => {
        const name = `killed-${point}`;
        const killed = await commands.interrupt(name, `kill:${point}`, command);
        assert.match(killed.stderr, /SIGKILL/);
        const isWhole = (await filesIn(at(name))).includes('shipped/flowers/config.json');
        const again = await commands.run(name, command);
        if (again.code !== 0 && !isWhole) {
          assert.match(again.stderr, /^error: shipped\/flowers has a part of an export.*\nhint: Delete it,/);
          await rm(at(name, 'shipped/flowers'), { recursive: true });
          const third = await commands.run(name, command);
          assert.equal(third.code, 0, third.stderr);
        }
        await assertSame(name);
      });
  });

  test('leaves nothing where the disk was full', async (t) => {
    for (const point of chosen(changes.length, 1, 2))
      await t.test(`before ${point}: ${changes[point - 1]}`, async () => {
        const name = `full-${point}`;
        const full = await commands.interrupt(name, `full:${point}`, command);
        if (full.code === 0) return assertSame(name);
        assert.equal(full.code, 2, full.stderr);
        assert.match(full.stderr, /^error: No space left to write shipped.*\nhint: Free some space, /);
        assert.deepEqual(await readdir(at(name)), []);
      });
  });

  test('takes nothing away that is in its place', async () => {
    for (const file of ['a', 'b/onnx', 'c/onnx/model.onnx', 'd/preprocessor_config.json']) {
      const path = at('other', file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'mine');
      const refused = exportRun(
        exportOptionsSchema.parse({ run: at('run'), to: at('other', file.slice(0, 1)) }),
        { emit: () => {}, stop: () => false },
      );
      await assert.rejects(refused, { code: 'export.exists' });
      assert.equal(await readFile(path, 'utf8'), 'mine');
    }
  });
});
