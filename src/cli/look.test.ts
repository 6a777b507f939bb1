/** `adarand look`: a page about a run, and what it says where something is missing. */
import assert from 'node:assert/strict';
import { cp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { noBrowser, startBrowser, visit } from '../../test/helpers/browser.js';
import { lastLine, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { readJsonLines } from '../files/json-lines.js';
import { GENERATOR } from '../run/use/look/page/generator.js';

/** Names of classes that a page must show as they are. */
const hostile: Readonly<Record<string, string>> = {
  blue: `<img src=x onerror=console.log('no')>`,
  green: `"it's" & <b>`,
  red: '<script>console.log(1)<',
};

const folder = testFolder(adarand);
const inside = folder.inside;
const run = folder.succeeds;
const refused = async (...words: readonly string[]) => {
  const { code, stderr } = await adarand(folder.path, ...words);
  assert.notEqual(code, 0);
  return stderr;
};
const pageOf = (path: string) => readFile(inside(path), 'utf8');
const look = async (...words: readonly string[]) => lastLine(await run('look', ...words, '--json'));
/** A field of a field. */
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

before(async () => {
  await writeImages(inside('colours'), 14);
  // Pictures in the wrong folder: mistakes to be shown.
  for (let i = 0; i < 5; i++) {
    const [blue, red] = ['blue', 'red'].map((name) => inside('colours', name, `0${i}.png`));
    const other = inside('other.png');
    await rename(`${blue}`, other);
    await rename(`${red}`, `${blue}`);
    await rename(other, `${red}`);
  }
  for (const [name, other] of Object.entries(hostile))
    await rename(inside('colours', name), inside('colours', other));
  await writeModel(inside('tiny.onnx'));
  const recipe = ['colours', '--model', 'tiny.onnx', '--no-tensorboard', '--epochs', '2', '--lr', '0.0001'];
  const printed = await run('train', ...recipe, '--out', 'my run');
  assert.match(printed, /^see it: adarand look 'my run'$/m);
  await run('train', ...recipe, '--no-test', '--out', 'untested');
  await run(
    'train',
    ...recipe,
    '--test-fraction',
    '0',
    '--val-fraction',
    '0',
    '--head',
    'random',
    '--out',
    'blind',
  );
});

test('the page of a run is in it, and says what eval says', async () => {
  const printed = await run('look', 'my run');
  assert.match(printed, /^test accuracy \d+\.\d % \(95 %: .*\) on 9 images, \d+ mistakes?$/m);
  assert.match(printed, /^written: my run\/look\.html \(\d+ kB\); open it in a browser$/m);
  const { figures, page, missing, remarks } = await look('my run');
  assert.deepEqual([page, missing, remarks], [join('my run', 'look.html'), [], []]);
  const report = lastLine(await run('eval', 'my run', 'colours', '--json'));
  for (const name of ['accuracy', 'interval', 'images']) assert.deepEqual(field(figures, name), report[name]);
  const summary = JSON.parse(await pageOf('my run/summary.json'));
  assert.equal(field(figures, 'accuracy'), summary.test_accuracy);
  assert.equal(field(field(figures, 'val'), 'accuracy'), summary.val_accuracy);
  const mistakes = field(figures, 'mistakes');
  assert.ok(Array.isArray(mistakes));
  assert.equal(mistakes.length, Math.round(9 * (1 - summary.test_accuracy)));
  assert.ok(mistakes.length > 0);
  const list = await readJsonLines(inside('my run/images.jsonl'));
  const trained = list.filter((line) => field(line, 'split') === 'train').map((line) => field(line, 'path'));
  for (const { neighbours } of mistakes) {
    assert.equal(neighbours.length, 3);
    for (const { image } of neighbours) assert.ok(trained.includes(image), `${image} is a training image`);
  }
});

test('the page has every part, refers to nothing elsewhere, and shows names as text', async () => {
  await run('look', 'my run');
  const page = await pageOf('my run/look.html');
  const titles = Array.from(page.matchAll(/<h2>([^<]*)<\/h2>/g), ([, title]) => title);
  assert.deepEqual(titles, [
    'Accuracy',
    'Training',
    'Confusion',
    'Mistakes',
    'Classes',
    'Calibration',
    'Features',
    'What was run',
  ]);
  assert.doesNotMatch(page, /<script|<img src=x|<link|@import|<iframe/i);
  const addresses = Array.from(
    page.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g),
    ([, a, b]) => a ?? b ?? '',
  );
  assert.ok(addresses.length > 2);
  for (const address of addresses) assert.match(address, /^data:(image|font)\//);
  assert.deepEqual(new Set(page.match(/https?:\/\/[^" ]*/g)), new Set(['http://www.w3.org/2000/svg']));
  assert.match(page, /&#60;script&#62;console\.log\(1\)&#60;/);
  assert.match(page, /@inproceedings\{adarand,/);
  assert.match(page, /default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:/);
});

test('what was found in the images that bears on the accuracy is on the page', async () => {
  assert.doesNotMatch(await pageOf('my run/look.html'), /of the images/);
  await writeImages(inside('leaky/train'), 4);
  await writeImages(inside('leaky/test'), 1);
  const words = ['--model', 'tiny.onnx', '--no-tensorboard', '--epochs', '1', '--out', 'leaked'];
  await run('train', 'leaky', ...words);
  await run('look', 'leaked');
  assert.match(
    await pageOf('leaked/look.html'),
    /<th>of the images<\/th><td>leakage: 3 pictures in train and test: train\/blue\/00\.png = /,
  );
});

test('an earlier page is written over, something else only with --overwrite', async () => {
  await run('look', 'my run', '--to', 'page.html');
  await run('look', 'my run', '--to', 'page.html');
  await writeFile(inside('mine.html'), '<p>mine</p>');
  assert.match(
    await refused('look', 'my run', '--to', 'mine.html'),
    /mine\.html exists already, and `look` has not written it\nhint: .*--overwrite/,
  );
  assert.equal(await pageOf('mine.html'), '<p>mine</p>');
  await run('look', 'my run', '--to', 'mine.html', '--overwrite');
  assert.ok((await pageOf('mine.html')).includes(GENERATOR));
  assert.match(await refused('look', 'my run', '--to', 'colours', '--overwrite'), /colours is a folder/);
  assert.match(await refused('look', 'my run', '--to', 'no/page.html'), /no is not a folder/);
  assert.match(await refused('look', 'colours'), /colours is not a run/);
});

test('a run that left its test images alone is shown by its validation images', async () => {
  const { figures } = await look('untested');
  assert.deepEqual([field(figures, 'split'), field(figures, 'images')], ['val', 3]);
  const page = await pageOf('untested/look.html');
  assert.match(page, /The test images were left alone\./);
  assert.match(page, /finished, and not tested/);
});

test('a run without test and validation images has curves, and says what is missing', async () => {
  const { figures, missing } = await look('blind');
  assert.equal(figures, null);
  assert.match(
    JSON.stringify(missing),
    /the run has neither been tested nor does it have validation images\. A run has .* --val-fraction/,
  );
  const page = await pageOf('blind/look.html');
  assert.match(page, /<h2>Training<\/h2>/);
  assert.doesNotMatch(page, /<h2>Confusion<\/h2>/);
  assert.match(page, /<b>Missing: /);
});

test('photographs that were moved are missing, until one says where they are', async () => {
  await rename(inside('colours'), inside('elsewhere'));
  try {
    const { figures, missing } = await look('my run');
    assert.equal(figures, null);
    assert.match(JSON.stringify(missing), /colours/);
    assert.match(
      await pageOf('my run/look.html'),
      /Missing: confusion, mistakes, classes, calibration and features/,
    );
    assert.match(
      await run('look', 'my run'),
      /^missing: confusion, .* and features\. .*colours does not exist\. Name the folder that has the images with --data DIR\.$/m,
    );
    const found = await look('my run', '--data', 'elsewhere');
    assert.equal(field(found.figures, 'images'), 9);
    assert.match(await refused('look', 'my run', '--data', 'nowhere'), /nowhere/);
    await writeImages(inside('others'), 3, 24, 50);
    assert.match(
      await refused('look', 'my run', '--data', 'others'),
      /others has none of the run's 9 test images, by content: .*\nhint: .*--data/,
    );
  } finally {
    await rename(inside('elsewhere'), inside('colours'));
  }
});

test('a page of fewer images says so', async () => {
  const list = await readJsonLines(inside('my run/images.jsonl'));
  const gone = list.find((line) => field(line, 'split') === 'test');
  await cp(inside('colours'), inside('fewer'), { recursive: true });
  await rm(inside('fewer', String(field(gone, 'path'))));
  const { figures, remarks } = await look('my run', '--data', 'fewer', '--to', 'fewer.html');
  assert.equal(field(figures, 'images'), 8);
  assert.match(JSON.stringify(remarks), /1 of 9 test images are not there any more/);
});

test('a classifier that was changed since is told', async () => {
  await cp(inside('my run'), inside('changed'), { recursive: true });
  await rm(inside('changed/model.onnx'));
  const gone = await look('changed');
  assert.equal(gone.figures, null);
  assert.match(JSON.stringify(gone.missing), /model\.onnx is not what a finished run writes/);
  await cp(inside('blind/model.onnx'), inside('changed/model.onnx'));
  const { remarks } = await look('changed');
  assert.match(
    JSON.stringify(remarks),
    /When the run ended, .* were right; now it is .*: model\.onnx was changed since/,
  );
});

test('a run that is not finished is shown as far as it has come, without its test images', async () => {
  await cp(inside('my run'), inside('open'), { recursive: true });
  for (const file of ['summary.json', 'model.onnx', 'look.html'])
    await rm(inside('open', file), { force: true });
  const { figures } = await look('open');
  assert.deepEqual([field(figures, 'split'), field(figures, 'images')], ['val', 3]);
  const page = await pageOf('open/look.html');
  assert.match(page, /not finished: 2 of 2 epochs are done/);
  assert.match(page, /The run is not finished: the test images have not been looked at\./);
  await rm(inside('open/checkpoints'), { recursive: true });
  const { missing } = await look('open');
  assert.match(JSON.stringify(missing), /has no checkpoint yet/);
  assert.ok((await stat(inside('open/look.html'))).size > 10_000);
});

describe('in a browser', { skip: noBrowser }, () => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1200, 400])
      test(`the page opens without complaints, ${colorScheme}, ${width} wide`, async () => {
        await run('look', 'my run', '--to', 'seen.html');
        const browser = await startBrowser();
        try {
          const url = pathToFileURL(inside('seen.html')).href;
          const { page, printed, requested } = await visit(browser, url, {
            colorScheme,
            viewport: { width, height: 800 },
          });
          await page.waitForLoadState('networkidle');
          assert.deepEqual(printed, []);
          assert.deepEqual(
            requested.filter((address) => !/^data:/.test(address)),
            [url],
          );
          assert.equal(
            await page.evaluate('document.documentElement.scrollWidth'),
            width,
            'nothing sticks out',
          );
          assert.equal(
            await page.evaluate('[...document.images].filter((image) => image.naturalWidth === 0).length'),
            0,
          );
          assert.equal(await page.evaluate("document.fonts.check('12px Arimo')"), true);
          const cells = await page.locator('.sheet td:first-child').allTextContents();
          assert.deepEqual(new Set(cells), new Set(Object.values(hostile)));
        } finally {
          await browser.close();
        }
      });
});
