import assert from 'node:assert/strict';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lastLine, temporaryFolder, typed, writeImages, writeModel } from '../../test/helpers/cli.js';
import { filesIn } from '../../test/helpers/interrupted.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { quantizedSchema } from '../run/use/quantized-report.js';

const folder = await temporaryFolder();
after(folder.remove);
const inside = (...parts: readonly string[]) => join(folder.path, ...parts);

async function run(...args: string[]) {
  const ended = await adarand(folder.path, ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout;
}

before(async () => {
  await writeImages(inside('colours'), 12);
  await writeModel(inside('tiny.onnx'));
  const train = [
    'train',
    'colours',
    '--model',
    'tiny.onnx',
    '--no-tensorboard',
    '--epochs',
    '3',
    '--batch-size',
    '8',
  ];
  await run(...train, '--out', 'run');
  await run(...train, '--out', 'unvalidated', '--val-fraction', '0');
});

test('export --quantize tells the accuracy in 8 bits beside that of the validation', async () => {
  const result = lastLine(await run('export', 'run', '--to', 'shipped', '--quantize', '--json'));
  const report = quantizedSchema.parse(result.quantized);
  const summary = JSON.parse(await readFile(inside('run/summary.json'), 'utf8'));
  assert.equal(report.split, 'val');
  assert.equal(report.images, summary.val_images);
  assert.equal(report.float_accuracy, summary.val_accuracy);
  assert.equal(report.measured_on, summary.train_images);
  assert.ok(report.agreement >= 0.8 && report.accuracy >= report.interval[0]);
  assert.deepEqual(await filesIn(inside('shipped')), [
    'README.md',
    'config.json',
    'onnx/model.onnx',
    'onnx/model_quantized.onnx',
    'preprocessor_config.json',
  ]);
  const [float, small] = [
    await readFile(inside('shipped/onnx/model.onnx')),
    await readFile(inside('shipped/onnx/model_quantized.onnx')),
  ];
  assert.equal(small.length, report.bytes);
  assert.ok(small.length < 0.4 * float.length, `${small.length} of ${float.length}`);
  const config = JSON.parse(await readFile(inside('shipped/config.json'), 'utf8'));
  assert.deepEqual(config.adarand.quantized, report);
  const card = await readFile(inside('shipped/README.md'), 'utf8');
  assert.match(card, /^## In 8 bits$/m);
  assert.ok(card.includes(`on ${report.images} validation images: ${(100 * report.accuracy).toFixed(1)} %`));
});

test('the float files are those of an export without it, which train --model opens', async () => {
  await run('export', 'run', '--to', 'plain');
  const file = (name: string) => readFile(inside(name, 'onnx/model.onnx'));
  assert.deepEqual(await file('shipped'), await file('plain'));
  const again = ['train', 'colours', '--epochs', '1', '--batch-size', '8', '--model'];
  const [a, b] = [await run(...again, 'plain', '--out', 'a'), await run(...again, 'shipped', '--out', 'b')];
  const accuracy = (text: string) => text.match(/test accuracy.*/)?.[0];
  assert.equal(accuracy(b), accuracy(a));
});

test('without validation images, training images are compared, and that is said', async () => {
  const printed = await run('export', 'unvalidated', '--to', 'trained', '--quantize');
  assert.match(printed, /^written: .*onnx\/model_quantized\.onnx$/m);
  assert.match(printed, /^on \d+ training images: accuracy /m);
  assert.match(printed, /^in 8 bits: pipeline\('image-classification', '\.\/trained', \{ dtype: 'q8' \}\)$/m);
});

test('images that are elsewhere are found by --data; others are refused', async () => {
  await rename(inside('colours'), inside('moved'));
  const gone = await adarand(folder.path, 'export', 'run', '--to', 'none', '--quantize');
  assert.equal(gone.code, 2);
  assert.match(
    gone.stderr,
    /colours does not exist\nhint: Name the folder that has them with --data DIR, or/,
  );
  const [hint = ''] = gone.stderr.match(/--data/) ?? [];
  const found = await typed(folder.path, `adarand export run --to found --quantize ${hint} moved --json`);
  assert.equal(found.code, 0, found.stderr);
  assert.deepEqual(
    await readFile(inside('found/onnx/model_quantized.onnx')),
    await readFile(inside('shipped/onnx/model_quantized.onnx')),
  );

  await writeImages(inside('others'), 4, 24, 8);
  const changed = await adarand(
    folder.path,
    'export',
    'run',
    '--to',
    'none',
    '--quantize',
    '--data',
    'others',
  );
  assert.equal(changed.code, 2);
  assert.match(
    changed.stderr,
    /^error: others lacks \d+ of the \d+ images that the run was trained and validated on/,
  );
  const idle = await adarand(folder.path, 'export', 'run', '--to', 'none', '--data', 'moved');
  assert.equal(idle.code, 2);
  assert.match(
    idle.stderr,
    /^error: --data moved changes nothing without --quantize\nhint: Leave it out, or add/,
  );
  assert.ok(!(await filesIn(folder.path)).some((file) => file.startsWith('none')));
});
