import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { testFolder } from '../../test/helpers/cli.js';
import { chosen, filesIn, type Interrupted } from '../../test/helpers/interrupted.js';
import { exportWhole } from '../../test/helpers/interrupted-export.js';
import { readZip } from '../../test/helpers/read-zip.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { zipBeside } from '../files/write-zip.js';

const command = ['export', '../run', '--to', 'shipped/flowers', '--zip'];

describe('an export with a zip file', () => {
  const folder = testFolder();
  let commands: Interrupted;
  let changes: readonly string[] = [];
  const at = folder.inside;

  before(async () => {
    const whole = await exportWhole(folder, command);
    assert.match(whole.ended.stdout, /^written: shipped\/flowers\.zip with the same files$/m);
    ({ commands, changes } = whole);
  });

  const zipOf = (name: string) => readFile(at(name, 'shipped/flowers.zip'));

  test('has the same files in it, below one folder', async () => {
    const zipped = readZip(await zipOf('whole'));
    const files = await filesIn(at('whole/shipped/flowers'));
    assert.deepEqual([...zipped.keys()].sort(), files.map((file) => `flowers/${file}`).sort());
    for (const file of files) {
      const entry = zipped.get(`flowers/${file}`);
      assert.ok(entry !== undefined, file);
      assert.ok(entry.content.equals(await readFile(at('whole/shipped/flowers', file))), file);
      assert.equal(entry.deflated, !file.endsWith('.onnx'), file);
    }
  });

  test('has names as they are, and with a page, the page', async () => {
    const exported = await adarand(folder.path, 'export', 'run', '--to', 'Blüten 花', '--zip', '--web');
    assert.equal(exported.code, 0, exported.stderr);
    const zipped = readZip(await readFile(at('Blüten 花.zip')));
    for (const path of ['index.html', 'web/page/main.js', 'config.json'])
      assert.ok(zipped.has(`Blüten 花/${path}`), path);
    const entry = zipped.get('Blüten 花/web/onnxruntime/ort-wasm-simd-threaded.wasm');
    assert.equal(entry?.content.subarray(1, 4).toString(), 'asm');
  });

  test('has no path that programs take for another', { skip: process.platform === 'win32' }, async () => {
    const exported = await adarand(folder.path, 'export', 'run', '--to', 'c:a\\b', '--zip');
    assert.equal(exported.code, 0, exported.stderr);
    const zipped = readZip(await readFile(at('c:a\\b.zip')));
    assert.ok(zipped.has('c_a_b/config.json'), [...zipped.keys()].join());
  });

  test('takes the place of nothing', async () => {
    await mkdir(at('other'));
    await writeFile(at('other/mine.zip'), 'mine');
    const refused = await adarand(at('other'), 'export', '../run', '--to', 'mine', '--zip');
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /^error: mine\.zip exists\nhint: Choose another folder, or move the file away\.\n/,
    );
    assert.deepEqual(await readdir(at('other')), ['mine.zip']);
  });

  test('that is killed leaves a whole zip file or none', async (t) => {
    const ofZip = changes.findIndex((change) => /flowers\.zip/.test(change)) + 1;
    assert.ok(ofZip > 5, changes.join('\n'));
    for (const point of [...chosen(changes.length, 1, 4), changes.length])
      await t.test(`before ${point}: ${changes[point - 1]}`, async () => {
        const name = `killed-${point}`;
        const killed = await commands.interrupt(name, `kill:${point}`, command);
        assert.match(killed.stderr, /SIGKILL/);
        const left = (await readdir(at(name, 'shipped')).catch(() => [])).filter(
          (file) => file === 'flowers.zip',
        );
        if (left.length > 0) return assert.ok((await zipOf(name)).equals(await zipOf('whole')));
        await rm(at(name, 'shipped/flowers'), { recursive: true, force: true });
        const again = await commands.run(name, command);
        assert.equal(again.code, 0, again.stderr);
        assert.deepEqual((await readdir(at(name, 'shipped'))).sort(), ['flowers', 'flowers.zip']);
        assert.ok((await zipOf(name)).equals(await zipOf('whole')));
      });
    for (const point of [ofZip, ofZip + 2])
      await t.test(`or fills the disk before ${point}: ${changes[point - 1]}`, async () => {
        const full = await commands.interrupt(`full-${point}`, `full:${point}`, command);
        assert.equal(full.code, 2, full.stderr);
        assert.match(
          full.stderr,
          /^error: No space left to write shipped\/flowers\.zip\.\nhint: Free some space, /,
        );
        assert.deepEqual(await readdir(at(`full-${point}`)), []);
      });
  });
});

test('a zip file is beside its folder, however that is named', () => {
  assert.equal(zipBeside('flowers/'), 'flowers.zip');
  assert.equal(zipBeside('a/flowers.v2'), join('a', 'flowers.v2.zip'));
  assert.equal(zipBeside('.'), `${process.cwd()}.zip`);
});
