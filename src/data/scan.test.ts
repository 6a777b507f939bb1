import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { AdarandError } from '../errors.js';
import { scanFolder } from './scan.js';

const root = await mkdtemp(join(tmpdir(), 'adarand-scan-'));
after(() => rm(root, { recursive: true }));

let folders = 0;
/** A new folder with these (empty) files. */
async function folderWith(...files: readonly string[]): Promise<string> {
  const folder = join(root, String(folders++));
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
  return folder;
}

const counts = async (folder: string) => {
  const { classes, images, splits } = await scanFolder(folder);
  const per = Array.from(splits, (split) => [split, images.filter((i) => i.split === split).length] as const);
  return { classes, ...Object.fromEntries(per) };
};

test('splits are known by their usual names', async () => {
  for (const [train, val, testing] of [
    ['Training', 'Validation', 'Testing'],
    ['TRAIN', 'valid', 'Evaluation'],
    ['train_set', 'dev', 'test set'],
    ['seg_train', 'val-data', 'seg_test'],
    ['TrainData', 'DevSet', 'eval'],
  ]) {
    const folder = await folderWith(
      ...['a/0.png', 'b/0.png', 'b/1.png'].map((path) => `${train}/${path}`),
      `${val}/a/0.png`,
      `${testing}/a/0.png`,
      `${testing}/b/0.png`,
    );
    assert.deepEqual(await counts(folder), { classes: ['a', 'b'], train: 3, val: 1, test: 2 });
  }
});

test('a class may have the name of a split where it looks like the other classes', async () => {
  const vehicles = await folderWith('car/0.png', 'train/0.png', 'bus/0.png');
  assert.deepEqual(await counts(vehicles), { classes: ['bus', 'car', 'train'], train: 3 });
});

test('subfolders of classes and folders beside two splits are no reason to refuse', async () => {
  const nested = await folderWith('a/images/0.png', 'b/images/0.png');
  assert.deepEqual(await counts(nested), { classes: ['a', 'b'], train: 2 });
  const different = await folderWith('a/x/0.png', 'a/y/0.png', 'b/x/0.png', 'b/z/0.png');
  assert.deepEqual(await counts(different), { classes: ['a', 'b'], train: 4 });
  const documented = await folderWith('train/a/0.png', 'train/b/0.png', 'docs/x/y.txt');
  assert.deepEqual(await counts(documented), { classes: ['a', 'b'], train: 2 });
  const more = await folderWith('train/a/0.png', 'train/b/0.png', 'test/a/0.png', 'extra/a/0.png');
  assert.deepEqual(await counts(more), { classes: ['a', 'b'], train: 2, test: 1 });
  assert.deepEqual((await scanFolder(more)).ignored, new Map([['folder that is no split: extra/', 1]]));
});

test('what could be read in two ways is refused, with the names of the folders', async () => {
  const ab = (name: string) => [`${name}/a/0.png`, `${name}/b/0.png`];
  for (const [files, message, hint] of [
    [
      [...ab('learn'), ...ab('check')],
      /has check\/, learn\/, which all hold the same/,
      /rename them to train\//,
    ],
    [[...ab('one'), 'two/a/0.png', 'two/b/0.png', 'two/c/0.png'], /one\/, two\//, /straight into them/],
    [[...ab('Train'), 'cat/0.png'], /has Train\/, the name of a split, beside cat\//, /Train_class\//],
    [[...ab('train'), ...ab('holdout')], /beside holdout\//, /If holdout\/ is a split/],
    [['val/0.png', 'val/x/0.png', 'cat/0.png'], /has val\/.*beside cat\//, /If val\/ is a class/],
    [
      [...ab('train'), ...ab('test'), ...ab('eval')],
      /eval\/ and test\/: which of them is the test/,
      /Rename/,
    ],
  ] satisfies [string[], RegExp, RegExp][]) {
    await assert.rejects(scanFolder(await folderWith(...files)), (error) => {
      assert.ok(error instanceof AdarandError);
      assert.equal(error.code, 'data.ambiguous-layout');
      assert.match(error.message, message);
      assert.match(error.hint ?? '', hint);
      return true;
    });
  }
});

test('messages have the names that the folders have', async () => {
  const extra = await folderWith('Training/a/0.png', 'Training/b/0.png', 'Dev/c/0.png');
  await assert.rejects(scanFolder(extra), { message: /"c" in Dev\/ but not in Training\/$/ });
  const testing = await folderWith('Testing/a/0.png', 'Testing/b/0.png');
  await assert.rejects(scanFolder(testing), {
    code: 'data.no-train',
    message: /has Testing\/ but no train\/$/,
  });
});

test('what systems, tools and runs leave in a folder is no data, and is counted', async () => {
  const photos = ['a/0.png', 'b/0.png', 'b/1.png'];
  const clean = await scanFolder(await folderWith(...photos));
  const folder = await folderWith(
    ...photos,
    'a/@eaDir/0.png/SYNOPHOTO_THUMB_M.jpg',
    '@eaDir/x',
    'b/.thumbnails/0.png',
    'b/Thumbs.db',
    '$RECYCLE.BIN/0.png',
    'System Volume Information/x',
    'lost+found/0.png',
    '__MACOSX/a/0.png',
    '.ipynb_checkpoints/0.png',
    'runs/photos-1/run.json',
    'runs/photos-1/figures/0.png',
    'runs/photos-2/.lock',
    'my-run/run.json',
    'a/my-run/run.json',
    'a/my-run/0.png',
  );
  const { classes, images, ignored } = await scanFolder(folder);
  assert.deepEqual(classes, clean.classes);
  assert.equal(images.length, 3);
  assert.deepEqual(Object.fromEntries(ignored), {
    '@eaDir': 2,
    'hidden folder': 2,
    'Thumbs.db': 1,
    '$RECYCLE.BIN': 1,
    'System Volume Information': 1,
    'lost+found': 1,
    __MACOSX: 1,
    'folder of runs': 3,
  });
  const split = await folderWith('train/a/0.png', 'train/b/0.png', '@eaDir/x', 'runs/r/run.json');
  assert.deepEqual(Object.fromEntries((await scanFolder(split)).ignored), {
    '@eaDir': 1,
    'folder of runs': 1,
  });
});

test('a class called runs is a class', async () => {
  const cricket = await folderWith('runs/0.png', 'wickets/0.png', 'runs/tests/1.png');
  assert.deepEqual(await counts(cricket), { classes: ['runs', 'wickets'], train: 3 });
});
