import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { jsonLines, testFolder, writeModel } from '../../test/helpers/cli.js';
import { editable, scene } from '../../test/helpers/scenes.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';

describe('near-equal pictures', { concurrency: 2 }, () => {
  const folder = testFolder();
  const at = folder.inside;
  let runs = 0;
  const train = (data: string, ...more: readonly string[]) => {
    const out = ['--out', `run-${runs++}`];
    return adarand(
      folder.path,
      'train',
      data,
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--max-steps',
      '1',
      ...out,
      ...more,
    );
  };
  const photo = (data: string, name: string) => at(data, `${name}.jpg`);
  /** A picture of the folder, changed. */
  const change = async (from: string, to: string, edit: (picture: Sharp) => Sharp) => {
    await mkdir(join(to, '..'), { recursive: true });
    await edit(sharp(from)).toFile(to);
  };

  before(async () => {
    await writeModel(at('tiny.onnx'));
    for (const [label, name] of ['cat', 'dog'].entries()) {
      await mkdir(at('pets', name), { recursive: true });
      for (let i = 0; i < 10; i++) {
        const picture = editable(await scene(20 * label + i, 160, 120));
        await picture.jpeg({ quality: 92 }).toFile(photo('pets', `${name}/${i}`));
      }
    }
  });

  test('are cut into one split and reported: thumbnails, other formats, in grey, with other metadata', async () => {
    await cp(at('pets'), at('more'), { recursive: true });
    await change(photo('more', 'cat/0'), at('more/cat/0-small.jpg'), (picture) => picture.resize(80));
    await change(photo('more', 'cat/1'), at('more/cat/1.png'), (picture) => picture);
    await change(photo('more', 'dog/2'), at('more/dog/2-dark.webp'), (picture) => picture.linear(0.9, 0));
    await change(photo('more', 'dog/3'), at('more/dog/3-by.jpg'), (picture) =>
      picture.withExif({ IFD0: { Artist: 'somebody' } }),
    );
    await change(photo('more', 'dog/4'), at('more/dog/4-grey.jpg'), (picture) =>
      picture.recomb([
        [0.299, 0.587, 0.114],
        [0.299, 0.587, 0.114],
        [0.299, 0.587, 0.114],
      ]),
    );
    // Another picture is made of this one.
    await change(photo('more', 'dog/5'), at('more/dog/5-mirrored.jpg'), (picture) => picture.flop());
    for (const seed of ['1', '2']) {
      const { code, stdout, stderr } = await train('more', '--seed', seed);
      assert.equal(code, 0, stderr);
      assert.match(
        stdout,
        /^near-duplicates: 5 pictures more than once, but encoded again, resized or slightly changed: \S+ ≈ \S+, \S+ ≈ \S+, \S+ ≈ \S+ and 2 more$/m,
      );
      assert.doesNotMatch(stdout, /leakage|contradictory/);
    }
  });

  test('in two splits are leakage, marked as near, in text and in JSON', async () => {
    for (const name of ['cat', 'dog']) {
      await cp(at('pets', name), at('split/train', name), { recursive: true });
      for (let i = 0; i < 3; i++) {
        const to = at('split/test', name, `thumb-${i}.png`);
        await change(photo('pets', `${name}/${i}`), to, (picture) => picture.resize(64));
      }
    }
    const printed = await train('split', '--val-fraction', '0');
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(
      printed.stdout,
      /^leakage: 6 near-equal pictures in train and test: train\/cat\/0\.jpg ≈ test\/cat\/thumb-0\.png, .* and 3 more$/m,
    );
    const { code, stdout, stderr } = await train('split', '--json', '--val-fraction', '0');
    assert.equal(code, 0, stderr);
    const [data] = jsonLines(stdout).filter(({ type }) => type === 'data');
    const pairs = ['cat', 'dog'].flatMap((name) =>
      [0, 1, 2].map((i) => [`train/${name}/${i}.jpg`, `test/${name}/thumb-${i}.png`]),
    );
    assert.deepEqual(data?.report, {
      ...Object(data?.report),
      duplicates: [],
      leakage: [],
      near: {
        groups: pairs,
        leakage: [{ splits: ['train', 'test'], groups: pairs }],
        contradictory: [],
        apart: [],
        limit: 4,
      },
    });
  });

  test('in two classes are reported, and stay in training', async () => {
    await cp(at('pets'), at('mixed'), { recursive: true });
    await change(photo('mixed', 'cat/7'), at('mixed/dog/stray.jpg'), (picture) => picture.resize(100));
    const { code, stdout, stderr } = await train('mixed');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^contradictory: 1 near-equal picture in two classes: cat\/7\.jpg ≈ dog\/stray\.jpg$/m,
    );
    assert.doesNotMatch(stdout, /leakage/);
  });

  test('are not taken for source images when they are test images', async () => {
    for (const name of ['cat', 'dog']) {
      for (let i = 0; i < 10; i++)
        await change(photo('pets', `${name}/${i}`), at('small', name, `${i}.webp`), (picture) =>
          picture.resize(70),
        );
    }
    const { code, stdout, stderr } = await train('pets', '--method', 'uot', '--source', 'small');
    assert.equal(code, 0, stderr);
    assert.match(stdout + stderr, /source small: 2 classes, 14 images to train on as well/);
    assert.match(
      stdout + stderr,
      /left out, because they are also validation or test images, or near-equal to one: 6/,
    );
  });

  test('in IDX files: a digit of which one pixel is one level lighter', async () => {
    const size = 28;
    const grey = async (number: number) =>
      (await scene(number, size, size)).data.filter((_, i) => i % 3 === 1);
    const digits = await Promise.all(Array.from({ length: 20 }, (_, i) => grey(50 + i)));
    const copy = digits.slice(0, 1).map((digit) => digit.map((value, i) => (i === 400 ? value + 1 : value)));
    const header = (...numbers: readonly number[]) => Buffer.from(Uint32Array.from(numbers).buffer).swap32();
    await mkdir(at('idx'));
    const write = (name: string, images: readonly Uint8Array[], labels: readonly number[]) =>
      Promise.all([
        writeFile(
          at('idx', `${name}-images-idx3-ubyte`),
          Buffer.concat([header(2051, images.length, size, size), ...images]),
        ),
        writeFile(
          at('idx', `${name}-labels-idx1-ubyte`),
          Buffer.concat([header(2049, images.length), Uint8Array.from(labels)]),
        ),
      ]);
    await write(
      'train',
      digits,
      digits.map((_, i) => i % 2),
    );
    await write('t10k', copy, [0]);
    const { code, stdout, stderr } = await train('idx', '--val-fraction', '0');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^leakage: 1 near-equal picture in train and test: train\[0\] ≈ test\[0\]$/m);
  });

  test('folders without them say nothing of it', async () => {
    const { code, stdout, stderr } = await train('pets');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^pets: 2 classes, 14 train \/ 2 val \/ 4 test images/m);
    assert.doesNotMatch(stdout, /\bnear|≈/);
  });
});
