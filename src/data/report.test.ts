import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { flat, picture, pictureFolder } from '../../test/helpers/picture-folder.js';
import { ImageCache } from './cache.js';
import { evidenceIn, formatReport } from './format-report.js';
import { openDataset } from './open.js';
import { classesWithout } from './report.js';

const { root, put } = await pictureFolder();

test('files that cannot be read are reported with their format, images without contrast are counted', async () => {
  for (const name of ['a', 'b']) for (let i = 0; i < 4; i++) await put(`formats/${name}/${i}.png`);
  await put('formats/a/5.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
  await put('formats/a/6.jpg', '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
  await put('formats/a/7.bmp', 'BM\x46\0\0\0');
  await put('formats/b/8.jpg', '<!DOCTYPE html><html></html>');
  await put('formats/b/9.jpg', 'version https://git-lfs.github.com/spec/v1\noid sha256:00');
  await put('formats/b/a.jpg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await put('formats/b/white.png', await flat(90, 70, 3, 255).png().toBuffer());
  for (const cache of [undefined, new ImageCache({ imageSize: 8 })]) {
    const { report } = await openDataset(join(root, 'formats'), { seed: 1, ...(cache ? { cache } : {}) });
    assert.deepEqual(
      report.damaged.map(({ path, reason }) => `${path}: ${reason}`),
      [
        'a/5.heic: HEIC, not supported: convert it to JPEG or PNG',
        'a/6.jpg: HEIC, not supported: convert it to JPEG or PNG',
        'a/7.bmp: BMP, not supported: convert it to JPEG or PNG',
        'b/8.jpg: a web page, not an image',
        'b/9.jpg: a pointer of Git LFS, not the image: fetch it with "git lfs pull"',
        'b/a.jpg: SVG, not supported: convert it to JPEG or PNG',
      ],
    );
    assert.deepEqual(report.blank, ['b/white.png']);
    const lines = formatReport(report);
    assert.ok(lines.some((line) => line.startsWith('skipped 6 files that cannot be read: a/5.heic (HEIC,')));
    assert.ok(lines.includes('without any contrast (all pixels are equal): 1 image: b/white.png'));
  }
  await put('formats/c/0.bmp', 'BM\x46\0\0\0');
  await assert.rejects(openDataset(join(root, 'formats'), { seed: 1 }), {
    code: 'data.empty-class',
    message: /training image for "c"; there is 1 file that cannot be read: c\/0.bmp \(BMP, not/,
    hint: /^Convert or replace those files/,
  });
});

test('leakage is told for each pair of splits', async () => {
  for (const name of ['x', 'y']) await put(`leaky/train/${name}/0.png`);
  const [first, second] = [await picture().png().toBuffer(), await picture().png().toBuffer()];
  await put('leaky/train/x/first.png', first);
  await put('leaky/val/x/first.png', first);
  await put('leaky/val/x/second.png', second);
  await put('leaky/test/x/second.png', second);
  const { report } = await openDataset(join(root, 'leaky'), { seed: 1 });
  assert.deepEqual(report.leakage, [
    { splits: ['train', 'val'], groups: [['train/x/first.png', 'val/x/first.png']] },
    { splits: ['val', 'test'], groups: [['val/x/second.png', 'test/x/second.png']] },
  ]);
  assert.deepEqual(
    formatReport(report).filter((line) => line.startsWith('leakage')),
    [
      'leakage: 1 picture in train and val: train/x/first.png = val/x/first.png',
      'leakage: 1 picture in val and test: val/x/second.png = test/x/second.png',
    ],
  );
});

test('copies are cut into one split', async () => {
  for (const name of ['x', 'y'])
    for (let i = 0; i < 6; i++) {
      const bytes = await picture().png().toBuffer();
      for (const copy of ['', ' (1)']) await put(`copied/${name}/${i}${copy}.png`, bytes);
    }
  for (let seed = 0; seed < 5; seed++) {
    const { report } = await openDataset(join(root, 'copied'), { seed });
    assert.equal(report.duplicates.length, 12);
    assert.deepEqual(report.leakage, []);
    assert.deepEqual(
      report.classes.map(({ train, val, test }) => [train, val, test]),
      Array(2).fill([8, 2, 2]),
    );
  }
});

test('a split that lacks some of the classes is said to, and so are classes that differ only in case', async () => {
  for (const name of ['Iris', 'daisy', 'iris', 'pansy'])
    for (let i = 0; i < 2; i++) await put(`partly/train/${name}/${i}.png`);
  for (const name of ['Iris', 'iris', 'daisy']) await put(`partly/val/${name}/0.png`);
  await put('partly/test/daisy/0.png');
  const { report } = await openDataset(join(root, 'partly'), { seed: 1 });
  const missing = [
    'no validation images of pansy: accuracies on them leave it out',
    'no test images of Iris, iris, pansy: accuracies on them leave these out',
  ];
  const lines = formatReport(report);
  for (const line of [...missing, 'classes that differ only in upper and lower case: Iris, iris'])
    assert.ok(lines.includes(line), lines.join('\n'));
  assert.deepEqual(evidenceIn(report), missing);
  assert.deepEqual(classesWithout('test', report), ['Iris', 'iris', 'pansy']);
  await rm(join(root, 'partly/test'), { recursive: true });
  const { report: untested } = await openDataset(join(root, 'partly'), { seed: 1, testFraction: 0 });
  assert.deepEqual(classesWithout('test', untested), [], 'there is no such split');
});

test('classes that differ only in spaces are said to, with where their names end', async () => {
  for (const [name, other] of [
    ['dandelion', 'dandelion '],
    ['blue bell', 'Blue  bell'],
  ] as const)
    for (const folder of [name, other]) await put(`spaced/${folder}/0.png`);
  const lines = formatReport((await openDataset(join(root, 'spaced'), { seed: 1 })).report);
  for (const line of [
    'classes that differ only in spaces: dandelion, "dandelion "',
    'classes that differ only in spaces, and upper and lower case: "Blue  bell", blue bell',
  ])
    assert.ok(lines.includes(line), lines.join('\n'));
});

test('only splits that have images were cut', async () => {
  for (const name of ['a', 'b']) for (let i = 0; i < 2; i++) await put(`scarce/${name}/${i}.png`);
  const cut = async (fractions: { readonly valFraction?: number; readonly testFraction?: number }) =>
    formatReport((await openDataset(join(root, 'scarce'), { seed: 1, ...fractions })).report).filter((line) =>
      line.startsWith('cut from'),
    );
  assert.deepEqual(await cut({ valFraction: 0, testFraction: 0 }), []);
  assert.deepEqual(await cut({ testFraction: 0 }), ['cut from the training images: val']);
  assert.deepEqual(await cut({}), ['cut from the training images: test'], 'too few for a validation image');
});

test('where a class has no images, what was ignored is said, and what to do', async () => {
  for (const name of ['a', 'b']) for (let i = 0; i < 3; i++) await put(`bare/${name}/${i}`);
  await put('bare/a/notes.txt', '');
  const rename = /^Images are known by their extension, and some files have none: rename them/;
  await assert.rejects(openDataset(join(root, 'bare'), { seed: 1 }), {
    code: 'data.too-few-images',
    message: /only 0 training images; ignored, because .*: 6 files without extension, 1 \.txt file$/,
    hint: rename,
  });
  for (let i = 0; i < 3; i++) await put(`bare/a/${i}.png`);
  await assert.rejects(openDataset(join(root, 'bare'), { seed: 1 }), {
    code: 'data.empty-class',
    message: /no readable training image for "b"; ignored, .*: 6 files without/,
    hint: rename,
  });
});

test('where the names of a class are not UTF-8, the hint is to rename them', {
  skip: process.platform !== 'linux' && 'other systems have no such names',
}, async () => {
  for (let i = 0; i < 3; i++) await put(`lost/a/${i}.png`);
  await mkdir(join(root, 'lost/b'));
  const lost = Buffer.concat([
    Buffer.from(join(root, 'lost/b/caf')),
    Buffer.from([0xe9]),
    Buffer.from('.png'),
  ]);
  await writeFile(lost, await picture().png().toBuffer());
  await assert.rejects(openDataset(join(root, 'lost'), { seed: 1 }), {
    code: 'data.empty-class',
    message: /there is 1 file that cannot be read: b\/caf\ufffd\.png \(a name that is not UTF-8\)$/,
    hint: 'Rename those files, in UTF-8, or remove the folder.',
  });
  await put('lost/b/text.png', 'text');
  await assert.rejects(openDataset(join(root, 'lost'), { seed: 1 }), {
    hint: 'Convert, rename or replace those files, or remove the folder.',
  });
});
