import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import {
  jsonLines,
  lastLine,
  released,
  start,
  testFolder,
  writeImages,
  writeModel,
} from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { readImageList } from '../run/folder/image-list.js';
import { RunFolder } from '../run/folder/run-folder.js';

describe('evaluation knows images by their contents', () => {
  const folder = testFolder();
  let testPaths: string[];
  let trainPath: string;
  const at = folder.inside;
  const listOfRun = async () =>
    readImageList(at('run/images.jsonl'), await (await RunFolder.open(at('run'))).record());

  before(async () => {
    await writeImages(at('colours'), 14);
    await writeModel(at('tiny.onnx'));
    const flags = [
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--method',
      'fine-tuning',
      '--epochs',
      '2',
      '--lr',
      '0.05',
    ];
    const { code, stderr } = await adarand(folder.path, 'train', 'colours', ...flags, '--out', 'run');
    assert.equal(code, 0, stderr);
    const list = await listOfRun();
    testPaths = list.filter(({ split }) => split === 'test').map(({ path }) => path);
    trainPath = list.find(({ split }) => split === 'train')?.path ?? '';
  });

  async function evaluate(data: string, ...args: readonly string[]) {
    const { code, stdout, stderr } = await adarand(folder.path, 'eval', 'run', data, '--json', ...args);
    assert.equal(code, 0, stderr);
    return lastLine(stdout);
  }
  const left = (trained: number, validated: number, tested: number) => ({
    trained,
    validated,
    left_out: true,
    tested,
    near: [],
    unused: 0,
  });

  test('the run lists its images', async () => {
    const list = await listOfRun();
    const count = (wanted: string) => list.filter(({ split }) => split === wanted).length;
    assert.deepEqual(['train', 'val', 'test', 'unused', 'source'].map(count), [30, 3, 9, 0, 0]);
    for (const image of list) assert.ok(image.path.startsWith(`${image.class}/`), image.path);
  });

  test('with a file less, the same test images; with a renamed one, too', async () => {
    const whole = await evaluate('colours');
    assert.equal(whole.images, 9);
    assert.deepEqual(whole.overlap, left(30, 3, 9));
    await cp(at('colours'), at('less'), { recursive: true });
    await rm(at('less', trainPath));
    const less = await evaluate('less');
    assert.deepEqual([less.images, less.accuracy, less.loss], [9, whole.accuracy, whole.loss]);
    assert.deepEqual(less.overlap, left(29, 3, 9));
    await rename(at('less', testPaths[0] ?? ''), at('less', `${testPaths[0]}.renamed.png`));
    assert.equal((await evaluate('less')).accuracy, whole.accuracy);
    await rm(at('less', `${testPaths[0]}.renamed.png`));
    assert.equal((await evaluate('less')).images, 8);
    const text = await adarand(folder.path, 'eval', 'run', 'less');
    assert.match(text.stdout, /^left out: 29 that the run was trained on, 3 that it was validated on/m);
    assert.match(text.stdout, /^accuracy .* on 8 test images of the run$/m);
  });

  test('a known picture among new ones is left out, or counted', async () => {
    await writeImages(at('new'), 4, 24, 80);
    await copyFile(at('colours', trainPath), at('new/red/copy.png'));
    const unseen = await evaluate('new');
    assert.equal(unseen.images, 12);
    assert.deepEqual(unseen.overlap, left(1, 0, 0));
    const all = await evaluate('new', '--split', 'all');
    assert.equal(all.images, 13);
    assert.deepEqual(all.overlap, {
      trained: 1,
      validated: 0,
      left_out: false,
      tested: 0,
      near: [],
      unused: 0,
    });
    const { stdout } = await adarand(folder.path, 'eval', 'run', 'new');
    assert.match(stdout, /^accuracy .* on 12 images that the run has not seen$/m);
    await copyFile(at('colours', testPaths[0] ?? ''), at('new/red/tested.png'));
    const text = await adarand(folder.path, 'eval', 'run', 'new');
    assert.match(text.stdout, /^accuracy .* on 13 images that the run has not learnt from$/m);
    assert.match(text.stdout, /^of these 13: 1 test image of the run$/m);
    await rm(at('new/red/tested.png'));
    const trained = await evaluate('new', '--split', 'train');
    assert.equal(trained.images, 1);
  });

  test('a known picture that was encoded again is said to be near-equal, and kept', async () => {
    await writeImages(at('again'), 3, 24, 300);
    await sharp(at('colours', trainPath))
      .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
      .toFile(at('again/red/again.jpg'));
    const { images, overlap } = await evaluate('again');
    assert.equal(images, 10);
    const near = [{ image: 'red/again.jpg', known: trainPath }];
    assert.deepEqual(overlap, { trained: 0, validated: 0, left_out: true, tested: 0, near, unused: 0 });
    const { stdout } = await adarand(folder.path, 'eval', 'run', 'again');
    assert.match(stdout, /^of these 10: 1 near-equal to images that .*: red\/again\.jpg ≈ \w+\/\d\d\.png$/m);
  });

  test("DATA's own test/ is what is evaluated, without what the run knows; its train/ on demand", async () => {
    await writeImages(at('cut/test'), 2, 24, 90);
    await writeImages(at('cut/train'), 3, 24, 95);
    await copyFile(at('colours', trainPath), at('cut/test/blue/copy.png'));
    const tested = await evaluate('cut');
    assert.equal(tested.images, 6);
    assert.deepEqual(tested.overlap, left(1, 0, 0));
    assert.equal((await evaluate('cut', '--split', 'train')).images, 9);
    assert.equal((await evaluate('cut', '--split', 'all')).images, 16);
    const { stdout } = await adarand(folder.path, 'eval', 'run', 'cut');
    assert.match(stdout, /^not asked for: 9 images outside of test/m);
  });

  test('nothing that is new: said, with the way out', async () => {
    await mkdir(at('known/blue'), { recursive: true });
    await copyFile(at('colours', trainPath), at('known/blue/a.png'));
    const { code, stderr } = await adarand(folder.path, 'eval', 'run', 'known');
    assert.equal(code, 2);
    assert.match(stderr, /the run was trained or validated on all 1 images of known/);
    assert.match(stderr, /--split all/);
    assert.equal((await evaluate('known', '--split', 'all')).images, 1);
  });

  test("another folder is whole, whatever the run's fractions; what a fraction left unused is evaluated, and said", async () => {
    const flags = [
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--method',
      'fine-tuning',
      '--epochs',
      '1',
      '--train-fraction',
      '0.5',
    ];
    await adarand(folder.path, 'train', 'colours', ...flags, '--out', 'half');
    const on = async (data: string) =>
      lastLine((await adarand(folder.path, 'eval', 'half', data, '--json')).stdout);
    const own = await on('colours');
    assert.equal(own.images, 9 + 15);
    assert.deepEqual(own.overlap, {
      trained: 15,
      validated: 3,
      left_out: true,
      tested: 9,
      near: [],
      unused: 15,
    });
    await writeImages(at('fresh'), 20, 24, 100);
    assert.equal((await on('fresh')).images, 60);
  });

  test('every prediction goes into a new file of CSV, every mistake into the report', async () => {
    await writeImages(at('odd names'), 5, 24, 200);
    await rename(at('odd names/red/200.png'), at('odd names/red/a, "b".png'));
    const result = await evaluate('odd names', '--predictions', 'out.csv');
    const lines = (await readFile(at('out.csv'), 'utf8')).split('\r\n');
    assert.equal(lines[0], 'path,class,predicted,probability:blue,probability:green,probability:red');
    assert.equal(lines.length, 1 + 15 + 1);
    assert.ok(lines.some((line) => line.startsWith('"red/a, ""b"".png",red,')));
    const cells = lines.slice(1, -1).map((line) => line.split(',').slice(-4));
    for (const [, ...probabilities] of cells)
      assert.ok(Math.abs(probabilities.reduce((sum, p) => sum + Number(p), 0) - 1) < 1e-5);
    const rows = lines.slice(1, -1).map((line) => line.split(',').slice(-5, -3));
    assert.equal(rows.filter(([truth, predicted]) => truth === predicted).length / 15, result.accuracy);
    await writeFile(at('mine.csv'), 'mine');
    const refused = await adarand(folder.path, 'eval', 'run', 'odd names', '--predictions', 'mine.csv');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /mine\.csv exists already/);
    assert.equal(await readFile(at('mine.csv'), 'utf8'), 'mine');
    const nowhere = await adarand(folder.path, 'eval', 'run', 'odd names', '--predictions', 'no/out.csv');
    assert.match(nowhere.stderr, /no\/out\.csv: its folder does not exist/);
  });

  test('progress as JSON is no line per image', async () => {
    const { stdout } = await adarand(folder.path, 'eval', 'run', 'colours', '--json', '--split', 'all');
    const progress = jsonLines(stdout).filter(({ type }) => type === 'progress');
    const last = progress.filter(({ done, total }) => done === total);
    assert.deepEqual(
      last.map(({ phase, total }) => [phase, total]),
      [
        ['data', 42],
        ['evaluate', 2],
      ],
    );
    assert.ok(progress.length < 42, `${progress.length} lines`);
  });

  test('two files that changed places are another data set', async () => {
    await cp(at('colours'), at('swapped'), { recursive: true });
    const flags = [
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--method',
      'fine-tuning',
      '--epochs',
      '2',
      '--out',
      'partly',
    ];
    const { ended, process, line } = start(folder.path, 'train', 'swapped', ...flags, '--json');
    await line(/"type":"step"/);
    process.kill('SIGKILL');
    await ended;
    await released(at('partly'));
    const [a, b] = [at('swapped/blue/00.png'), at('swapped/red/00.png')];
    const [first, second] = [await readFile(a), await readFile(b)];
    await writeFile(a, second);
    await writeFile(b, first);
    const { code, stderr } = await adarand(folder.path, 'train', '--resume', 'partly');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /swapped is not what this run began with: 2 files are changed \(blue\/00\.png, red\/00\.png\)/,
    );
  });
});
