import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { adarand, jsonLines, temporaryFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { readSafetensors } from '../files/safetensors.js';

describe('an option has an effect, or its user hears of it before training', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    folder = await temporaryFolder();
    await writeImages(join(folder.path, 'colours'), 6);
    await writeModel(join(folder.path, 'tiny.onnx'));
  });
  after(() => folder.remove());

  const train = (...args: readonly string[]) =>
    adarand(folder.path, 'train', 'colours', '--model', 'tiny.onnx', '--batch-size', '4', ...args);

  // 12 training images: three batches of four in each epoch.
  for (const { args, error, hint } of [
    {
      args: ['--epochs', '2', '--accumulate', '7'],
      error: /^error: --accumulate 7 needs more batches than the whole run has, 6: nothing would/m,
      hint: /^hint: Choose an --accumulate of at most 6\./m,
    },
    {
      args: ['--epochs', '2', '--accumulate', '2', '--warm-up', '3'],
      error: /^error: --warm-up 3 is not over before the run ends, after 3 updates/m,
      hint: /^hint: Choose a --warm-up of less than 3\./m,
    },
    {
      args: ['--epochs', '9', '--val-fraction', '0', '--patience', '2'],
      error: /^error: --patience 2 needs validation images, and there are none/m,
      hint: /^hint: Leave it out, or choose a greater --val-fraction\./m,
    },
  ])
    test(`${args.join(' ')} is refused`, async () => {
      const { code, stdout, stderr } = await train(...args);
      assert.equal(code, 2, stdout + stderr);
      assert.match(stderr, error);
      assert.match(stderr, hint);
      assert.doesNotMatch(stdout, /epoch 1/);
    });

  for (const { args, remarks } of [
    {
      args: ['--epochs', '2', '--accumulate', '4', '--patience', '1'],
      remarks: [
        'the last 2 of 6 batches are used for no update: --accumulate 4 leaves them over',
        '--patience 1 changes nothing: there are only 2 epochs',
      ],
    },
    {
      args: ['--epochs', '1', '--method', 'head-only', '--backbone-lr-scale', '0.5'],
      remarks: ['--backbone-lr-scale 0.5 changes nothing: head-only does not train the backbone'],
    },
    {
      args: ['--epochs', '1', '--method', 'fine-tuning', '--lambda', '2'],
      remarks: ['--lambda 2 changes nothing: fine-tuning has no penalty'],
    },
    {
      args: ['--epochs', '1', '--lambda', '0', '--option', 'alpha=0.5'],
      remarks: ['the options of adarand change nothing: with a lambda of 0 its losses are left out'],
    },
    { args: ['--epochs', '1', '--accumulate', '3'], remarks: [] },
  ])
    test(`${args.join(' ')} is trained, with ${remarks.length} remarks before`, async () => {
      const { code, stdout, stderr } = await train(...args, '--json');
      assert.equal(code, 0, stderr);
      const lines = jsonLines(stdout);
      const said = lines.filter(({ type }) => type === 'remark');
      assert.deepEqual(
        said.map(({ text }) => text),
        remarks,
      );
      assert.ok(
        lines.findLastIndex(({ type }) => type === 'remark') < lines.findIndex(({ type }) => type === 'run'),
      );
    });

  test('--clip-grad-norm limits what an update changes', async () => {
    const run = (name: string, ...args: readonly string[]) =>
      train('--max-steps', '1', '--method', 'fine-tuning', '--out', name, ...args);
    assert.equal((await run('free')).code, 0);
    assert.equal((await run('clipped', '--clip-grad-norm', '1e-6')).code, 0);
    const velocity = async (name: string) => {
      const { tensors } = await readSafetensors(join(folder.path, name, 'checkpoints/last.safetensors'));
      const slots = [...tensors].filter(([tensor]) => tensor.endsWith(':velocity'));
      assert.ok(slots.length > 0, [...tensors.keys()].join());
      return Math.hypot(...slots.flatMap(([, { data }]) => Array.from(data, Number)));
    };
    assert.ok((await velocity('free')) > 1e-2);
    const clipped = await velocity('clipped');
    assert.ok(Math.abs(clipped - 1e-6) < 1e-9, `${clipped}`);
  });

  test('--ema-decay keeps averages, and they are the model', async () => {
    assert.equal((await train('--epochs', '1', '--out', 'last')).code, 0);
    assert.equal((await train('--epochs', '1', '--out', 'averaged', '--ema-decay', '0.9')).code, 0);
    const read = (...parts: readonly string[]) => readFile(join(folder.path, ...parts));
    const { tensors } = await readSafetensors(join(folder.path, 'averaged/checkpoints/last.safetensors'));
    assert.ok(tensors.has('head.weight:ema'));
    assert.ok(!(await read('last', 'model.onnx')).equals(await read('averaged', 'model.onnx')));
  });
});
