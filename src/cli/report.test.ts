/** `adarand report`: runs that were trained, as tables and figures, and what it says of what it cannot take. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { before, test } from 'node:test';
import { lastLine, testFolder, typed, writeImages } from '../../test/helpers/cli.js';
import { seeds, writeRuns } from '../../test/helpers/report-runs.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { meanAndSpread } from '../analysis/statistics.js';
import { report } from '../index.js';

const folder = testFolder();
const inside = folder.inside;
const textOf = (...parts: readonly string[]) => readFile(inside(...parts), 'utf8');
const methods = ['fine-tuning', 'adarand'];
const runs = methods.flatMap((method) => [1, 2].map((seed) => ({ method, seed, run: `${method}-${seed}` })));
const names = runs.map(({ run }) => run);
const train = ({ method, seed, run }: (typeof runs)[number]) =>
  `train colours --model sample --no-tensorboard --epochs 1 --image-size 16 --threads 1 --method ${method} --seed ${seed} --out ${run}`;

before(async () => {
  await writeImages(inside('colours'), 8, 16);
  for (const run of runs) {
    const { code, stderr } = await adarand(folder.path, ...train(run).split(' '));
    assert.equal(code, 0, stderr);
  }
  await keepPredictions('adarand-2');
});

/** Of a run: its test images' rows of what `eval` writes for all images; then its classifier goes. */
async function keepPredictions(run: string): Promise<void> {
  const predictions = join(run, 'predictions.csv');
  const { code, stderr } = await adarand(folder.path, 'eval', run, 'colours', '--predictions', predictions);
  assert.equal(code, 0, stderr);
  const tested = (await textOf(run, 'images.jsonl'))
    .split('\n')
    .filter((line) => line.includes('"split":"test"'))
    .map((line) => JSON.parse(line).path);
  const [header, ...rows] = (await textOf(predictions)).split('\r\n');
  const own = rows.filter((row) => tested.includes(row.split(',')[0]));
  await writeFile(inside(predictions), [header, ...own, ''].join('\r\n'));
  await rm(inside(run, 'model.onnx'));
}

test('runs become a page, tables and figures, whose numbers are those of the runs', async () => {
  const { code, stdout, stderr } = await adarand(folder.path, 'report', ...names, '--threads', '1');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^4 runs of 2 methods: fine-tuning, adarand$/m);
  assert.match(stdout, /^written: report\/ with tables\/ \(\d+, .*\) and figures\/ \(\d+, .*\)$/m);
  const accuracies = await Promise.all(
    names.map(async (run) => 100 * JSON.parse(await textOf(run, 'summary.json')).test_accuracy),
  );
  const csv = (await textOf('report/tables/accuracy.csv')).split('\r\n');
  for (const [i, method] of methods.entries()) {
    const { mean, std } = meanAndSpread(accuracies.slice(2 * i, 2 * i + 2));
    const [, , name, , , ...numbers] = (csv[1 + i] ?? '').split(',');
    assert.equal(name, method);
    assert.deepEqual(
      numbers.slice(0, 3).map((number) => Number(number).toFixed(6)),
      [mean, std, 2].map((number) => number.toFixed(6)),
    );
  }
  // One by its kept predictions, the others by their classifiers; the summary has the loss of either.
  const calibration = (await textOf('report/tables/calibration.csv')).split('\r\n');
  for (const [i, method] of methods.entries()) {
    const losses = await Promise.all(
      names
        .slice(2 * i, 2 * i + 2)
        .map(async (run) => JSON.parse(await textOf(run, 'summary.json')).test_loss),
    );
    const [, , name, , , loss, , n] = (calibration[1 + i] ?? '').split(',');
    assert.deepEqual(
      [name, Number(loss).toFixed(4), n],
      [method, meanAndSpread(losses).mean.toFixed(4), '2'],
    );
  }
  const tables = await readdir(inside('report/tables'));
  for (const table of [
    'accuracy',
    'differences',
    'costs',
    'calibration',
    'recall-colours-resnet8-cifar',
    'runs',
  ])
    for (const kind of ['csv', 'md', 'tex'])
      assert.ok(tables.includes(`${table}.${kind}`), `${table}.${kind}`);
  const figures = await readdir(inside('report/figures'));
  for (const figure of [
    'accuracy',
    'epochs-loss',
    'confusion-adarand',
    'features-shared',
    'reliability-adarand',
  ])
    for (const kind of ['column.svg', 'column.png', 'page.svg', 'page.png'])
      assert.ok(figures.includes(`${figure}-colours-resnet8-cifar-${kind}`), `${figure} ${kind}`);
});

test('the page needs nothing else, and its commands repeat the runs', async () => {
  const page = await textOf('report/report.html');
  assert.doesNotMatch(page, /<script|<link|@import|<iframe/i);
  for (const [, address = ''] of page.matchAll(/(?:src|href)="([^"]*)"/g))
    assert.match(address, /^data:image/);
  const titles = Array.from(page.matchAll(/<h2>([^<]*)<\/h2>/g), ([, title]) => title);
  assert.equal(titles[0], 'Accuracy');
  assert.equal(titles.at(-1), 'What was run');
  assert.match(page, /Ranks over datasets need 3 datasets/);
  const commands = page.match(/^.*adarand train .*--seed 2.*$/gm) ?? [];
  assert.equal(commands.length, 2);
  const [command = ''] = commands;
  const repeated = await typed(folder.path, `${command} --out again`);
  assert.equal(repeated.code, 0, repeated.stderr);
  const [first, again] = [await textOf('fine-tuning-2/summary.json'), await textOf('again/summary.json')];
  assert.equal(JSON.parse(again).test_loss, JSON.parse(first).test_loss);
});

test('the library writes over an earlier report, and leaves nothing of it', async () => {
  const fakes = await writeRuns(folder.path, seeds([0.5, 0.6], {}));
  const options = { runs: fakes.map((run) => inside(run)), to: inside('report') };
  const { to, page, files, methods, remarks } = await report(options);
  assert.deepEqual([to, page, methods], [inside('report'), inside('report/report.html'), ['fine-tuning']]);
  assert.deepEqual(remarks, []);
  const found = await Promise.all(['tables', 'figures'].map((name) => readdir(inside('report', name))));
  assert.deepEqual(found.flat().sort(), files.map((file) => basename(file)).sort());
});

test('a folder of other files is refused', async () => {
  const { code, stdout } = await adarand(folder.path, 'report', ...names, '--to', 'colours', '--json');
  assert.equal(code, 2);
  assert.match(String(lastLine(stdout).message), /colours has other files than those of a report/);
});

test('where the images were moved, the report says so, and finds them by their contents with --data', async () => {
  // Kept predictions of one run, and the classifier of another.
  const moved = ['fine-tuning-2', 'adarand-2'];
  const make = (...words: readonly string[]) =>
    adarand(folder.path, 'report', ...moved, '--to', 'moved-report', '--threads', '1', ...words);
  const pictures = async () =>
    ((await textOf('moved-report/report.html')).match(/<div class="cards wide">[\s\S]*?<\/div>/) ?? [''])[0];
  assert.equal((await make()).code, 0);
  const before = await pictures();
  assert.match(before, /<img src="data:image\/png;base64,/);
  assert.doesNotMatch(before, /not readable any more/);
  await mkdir(inside('elsewhere'));
  await rename(inside('colours'), inside('elsewhere/colours'));
  const without = await make();
  assert.equal(without.code, 0, without.stderr);
  assert.match(
    without.stdout,
    /^\d+ of \d+ images of colours are not in \S+colours any more, and are not shown: name the folder that has them with --data DIR$/m,
  );
  assert.doesNotMatch(await pictures(), /<img/);
  // The folder that has the dataset's, then the dataset's own under another name and with other names in it.
  const above = await make('--data', 'elsewhere');
  assert.equal(above.code, 0, above.stderr);
  assert.doesNotMatch(above.stdout, /any more/);
  assert.equal(await pictures(), before);
  await rename(inside('elsewhere/colours'), inside('renamed'));
  for (const name of await readdir(inside('renamed')))
    for (const file of await readdir(inside('renamed', name)))
      await rename(inside('renamed', name, file), inside('renamed', name, `other-${file}`));
  assert.equal((await make('--data', 'renamed')).code, 0);
  assert.equal(await pictures(), before);
  await writeImages(inside('others'), 3, 12);
  const wrong = await make('--data', 'others', '--json');
  assert.equal(wrong.code, 2);
  const { code, message } = lastLine(wrong.stdout);
  assert.equal(code, 'report.no-images');
  assert.match(String(message), /^others has none of the images of colours that runs were measured on/);
  assert.match((await make('--data', 'gone')).stderr, /^error: gone does not exist/m);
});
