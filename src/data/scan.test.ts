import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { AdarandError } from '../errors.js';
import { imagesIn, scanFolder } from './scan.js';

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

test('a folder around the classes or the splits is refused, with the folder to give', async () => {
  const classes = ['cat/0.png', 'dog/0.png'];
  const splits = ['train/cat/0.png', 'train/dog/0.png'];
  const within = (folder: string, files: readonly string[]) => files.map((file) => `${folder}/${file}`);
  for (const [files, inner, inside] of [
    [within('photos', classes), 'photos', 'cat/, dog/'],
    [[...within('dataset', splits), 'README.txt', '__MACOSX/x'], 'dataset', 'train/'],
    [within('a/b', [...splits, 'val/cat/0.png']), 'a/b', 'train/, val/'],
  ] satisfies [string[], string, string][]) {
    const folder = await folderWith(...files);
    const path = join(folder, inner);
    await assert.rejects(scanFolder(folder), (error) => {
      assert.ok(error instanceof AdarandError);
      assert.equal(error.code, 'data.wrapped');
      assert.ok(error.message.endsWith(`; in ${path} there are ${inside}`), error.message);
      assert.ok(error.hint?.startsWith(`Give ${path} if`), error.hint);
      return true;
    });
    assert.deepEqual((await scanFolder(path)).classes, ['cat', 'dog']);
  }
  const split = await folderWith(...within('train/images', classes), ...within('test', classes));
  await assert.rejects(scanFolder(split), {
    code: 'data.wrapped',
    message: /train holds a single .*images\/; in/,
  });
  // To evaluate, one class with its images in folders is enough.
  const single = await folderWith('cat/2019/0.png', 'cat/2020/0.png');
  assert.deepEqual((await scanFolder(single, { partial: true })).classes, ['cat']);
  const wrapped = scanFolder(await folderWith(...within('photos', splits)), { partial: true });
  await assert.rejects(wrapped, { code: 'data.wrapped' });
});

test('images that are in no folder of a class, and archives, are refused with what to do', async () => {
  await assert.rejects(scanFolder(await folderWith('cat.0.jpg', 'dog.0.jpg')), {
    code: 'data.no-classes',
    message: /has no class folders, and 2 images that are in none$/,
    hint: /^Make a folder for each class/,
  });
  const archive = join(await folderWith('photos.zip'), 'photos.zip');
  await assert.rejects(scanFolder(archive), { code: 'data.not-a-folder', hint: /^Unpack it/ });
});

test('classes whose images are all in several folders are named', async () => {
  const nested = await folderWith(
    'animals/cat/0.png',
    'animals/dog/x/0.png',
    'cars/0.png',
    'cars/old/0.png',
    'b/c/0.png',
  );
  assert.deepEqual((await scanFolder(nested)).nested, [{ name: 'animals', folders: ['cat', 'dog'] }]);
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

test('a broken link in place of a class folder is named as one', {
  skip: process.platform === 'win32' && 'links need a permission there',
}, async () => {
  const folder = await folderWith('a/0.png', 'b/0.png');
  await symlink('/nowhere/roses', join(folder, 'roses'));
  await symlink('circle', join(folder, 'circle'));
  await symlink('nowhere.png', join(folder, 'a/1.png'));
  const { ignored, images } = await scanFolder(folder);
  assert.deepEqual(
    [...ignored],
    [
      ['broken link: circle', 1],
      ['broken link: roses', 1],
    ],
  );
  assert.equal(images.length, 3, 'an image is reported when it is opened');
});

test('two class folders of one name, composed and decomposed, are refused', {
  skip: process.platform === 'darwin' && 'they are one folder there',
}, async () => {
  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
  const folder = await folderWith(`${composed}/0.png`, `${decomposed}/1.png`, 'b/0.png');
  await assert.rejects(scanFolder(folder), {
    code: 'data.name',
    message: /has two class folders "caf\u00e9"/,
  });
  const splits = await folderWith(
    ...['b/0.png', `${composed}/0.png`].map((path) => `train/${path}`),
    `test/${decomposed}/0.png`,
  );
  assert.deepEqual((await scanFolder(splits)).classes, ['b', composed]);
});

test('a link to a folder that contains it is left out and counted, wherever it is, and also by way of another', {
  skip: process.platform === 'win32' && 'links need a permission there',
}, async () => {
  const files = ['a/0.png', 'a/deep/1.png', 'b/0.png'];
  const folder = await folderWith(...files);
  const elsewhere = await folderWith('2.png');
  await symlink('..', join(folder, 'a/up'));
  await symlink('../..', join(folder, 'a/deep/further'));
  await symlink('..', join(folder, 'a/deep/to-the-class'));
  await symlink('.', join(folder, 'everything'));
  await symlink(elsewhere, join(folder, 'b/elsewhere'));
  await symlink(folder, join(elsewhere, 'back'));
  const expected = { classes: ['a', 'b'], train: 4 };
  assert.deepEqual(await counts(folder), expected);
  assert.deepEqual((await scanFolder(folder)).ignored, new Map([['link to a folder that contains it', 5]]));
  const splits = await folderWith(
    ...['train', 'test'].flatMap((split) => files.map((file) => `${split}/${file}`)),
  );
  await symlink('../..', join(splits, 'train/a/up'));
  await symlink('..', join(splits, 'test/up'));
  assert.deepEqual(await counts(splits), { classes: ['a', 'b'], train: 3, test: 3 });
  assert.equal((await scanFolder(splits, { partial: true })).images.length, 6);
  const kinds: string[] = [];
  assert.deepEqual(
    await imagesIn(join(folder, 'a'), (kind) => kinds.push(kind)),
    ['0.png', 'deep/1.png'].map((name) => join(folder, 'a', name)),
  );
  assert.deepEqual(kinds, Array(3).fill('link to a folder that contains it'));
});
