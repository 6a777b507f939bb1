import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';

describe('folders as people have them', { concurrency: 2 }, () => {
  const folder = testFolder();
  const at = folder.inside;
  let runs = 0;
  const train = (data: string, ...more: readonly string[]) =>
    adarand(
      folder.path,
      'train',
      data,
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--max-steps',
      '1',
      ...(more.includes('--out') ? [] : ['--out', `run-${runs++}`]),
      ...more,
    );

  before(async () => {
    await writeImages(at('photos'), 6);
    await writeModel(at('tiny.onnx'));
  });

  test('Training/ and Testing/ are splits', async () => {
    await cp(at('photos'), at('named', 'Training'), { recursive: true });
    await writeImages(at('named', 'Testing'), 2);
    const { code, stdout, stderr } = await train('named');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /named: 3 classes, 15 train \/ 3 val \/ 6 test images/);
    assert.match(stdout, /^classes: blue, green, red$/m);
  });

  test('folders that may be splits are refused by name', async () => {
    await cp(at('photos'), at('unnamed', 'learn'), { recursive: true });
    await cp(at('photos'), at('unnamed', 'check'), { recursive: true });
    const { code, stderr } = await train('unnamed');
    assert.equal(code, 2);
    assert.match(stderr, /error: unnamed has check\/, learn\/, which all hold the same folders/);
    assert.match(stderr, /hint: If they are splits, rename them to train\/, val\/ and test\//);
  });

  test('a folder around the classes is refused, and its hint leads on', async () => {
    await cp(at('photos'), at('unpacked', 'photos'), { recursive: true });
    const { code, stderr } = await train('unpacked');
    assert.equal(code, 2);
    assert.match(stderr, /error: unpacked holds a single folder of images, photos\//);
    const [, given = ''] = /hint: Give (\S+) if/.exec(stderr) ?? [];
    assert.equal((await train(given)).code, 0);
  });

  test('folders inside classes are named before training', async () => {
    await cp(at('photos'), at('deep', 'colours'), { recursive: true });
    await cp(at('photos', 'red'), at('deep', 'other'), { recursive: true });
    const { code, stdout, stderr } = await train('deep');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^folders inside classes are no classes of their own: colours\/blue, colours\/green, colours\/red$/m,
    );
  });

  test('runs inside the data are no class: again, evaluated, and with --out', async () => {
    await cp(at('photos'), at('home'), { recursive: true });
    for (const [number, out] of ['home/runs/1', 'home/runs/2', 'home/mine', 'home/runs/3'].entries()) {
      const { code, stdout, stderr } = await train('home', '--out', out);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /3 classes, 12 train \/ 3 val \/ 3 test images/);
      const folders = [0, 1, 1, 2][number];
      const ignored = new RegExp(
        `ignored, because they are not images of a class: ${folders} folders? of runs`,
      );
      if (folders !== 0) assert.match(stdout, ignored);
    }
    const { code, stderr } = await adarand(folder.path, 'eval', 'home/mine', 'home');
    assert.equal(code, 0, stderr);
  });

  test('a class of HEIC or BMP files, and one of them predicted, are refused by format', async () => {
    await cp(at('photos'), at('phone'), { recursive: true });
    const heic = at('phone', 'zz', 'IMG_0001.HEIC');
    await mkdir(at('phone', 'zz'));
    await writeFile(heic, '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
    const trained = await train('phone');
    assert.equal(trained.code, 2);
    assert.match(
      trained.stderr,
      /for "zz"; there is 1 file that cannot be read: zz\/IMG_0001.HEIC \(HEIC, not/,
    );
    assert.equal((await train('photos', '--out', 'known')).code, 0);
    const predicted = await adarand(folder.path, 'predict', 'known', heic);
    assert.equal(predicted.code, 1);
    assert.match(predicted.stderr, /IMG_0001.HEIC cannot be read: HEIC, not supported: convert it/);
  });
});
