import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { isOther, jsonLines, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { lastGiven } from '../../test/helpers/last-given.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { readSafetensors } from '../files/safetensors.js';

describe('an option has an effect, or its user hears of it before training', () => {
  const folder = testFolder();

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 6);
    await writeModel(join(folder.path, 'tiny.onnx'));
  });

  const train = (...args: readonly string[]) =>
    adarand(
      folder.path,
      'train',
      'colours',
      '--no-tensorboard',
      ...lastGiven('--model', 'tiny.onnx', '--batch-size', '4', ...args),
    );

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
    {
      args: ['--epochs', '1', '--precision', 'tf32'],
      error: /^error: --precision tf32 is how graphics cards of NVIDIA's compute, and the device is cpu/m,
      hint: /^hint: Leave it out, or add --device cuda\./m,
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
      remarks: [
        '--lambda 0 leaves out the losses of adarand: it trains as fine-tuning does',
        'the options of adarand change nothing: with a lambda of 0 its losses are left out',
      ],
    },
    {
      args: ['--epochs', '1', '--method', 'head-only', '--batch-norm', 'frozen'],
      remarks: ['--batch-norm frozen changes nothing: head-only does not train the backbone'],
    },
    {
      args: ['--epochs', '1', '--backbone-lr-scale', '0', '--max-steps', '4'],
      remarks: [
        'adarand changes nothing: its penalty acts on the backbone, which --backbone-lr-scale 0 does not train',
        '--max-steps 4 changes nothing: --epochs 1 ends after 3 batches',
      ],
    },
    {
      args: [
        '--epochs',
        '1',
        '--method',
        'co-tuning',
        '--lambda-unit',
        'raw',
        '--augment',
        'none',
        '--no-flip',
      ],
      remarks: [
        '--lambda-unit raw changes nothing: the lambda of co-tuning is always the factor in the loss',
        '--no-flip changes nothing: --augment none does not mirror images',
      ],
    },
    {
      args: ['--epochs', '1', '--method', 'randreg', '--option', 'statistics=scalar'],
      remarks: ['--option statistics=scalar changes nothing: randreg does not use it with its other options'],
    },
    {
      args: [
        '--epochs',
        '1',
        '--method',
        'bss+adarand',
        '--option',
        'adarand.intra=false',
        '--option',
        'adarand.alpha=0',
      ],
      remarks: [
        '--option adarand.alpha=0 changes nothing: bss+adarand does not use it with its other options',
      ],
    },
    {
      args: [
        '--epochs',
        '2',
        '--method',
        'uot',
        '--source',
        'colours',
        '--lambda',
        '0',
        '--ema-decay',
        '0.9',
      ],
      remarks: [
        '--lambda 0 leaves out the losses of uot: it trains as fine-tuning does',
        '--source colours changes nothing: with a lambda of 0 the losses of uot are left out',
        '--ema-decay 0.9 keeps the average near where training starts: after all 6 updates, 53 % of it are still the initial parameters',
      ],
    },
    {
      args: ['--epochs', '2', '--method', 'borrowing-treasures', '--source', 'colours'],
      remarks: [
        'borrowing-treasures changes its state after every 4 epochs, and there are only 2: it stays as it is',
      ],
    },
    {
      args: ['--epochs', '1', '--val-fraction', '0', '--val-fold', '1', '--tta', 'flip'],
      remarks: ['--val-fold 1 changes nothing: no validation images are cut'],
    },
    {
      args: ['--epochs', '1', '--val-fraction', '0', '--tta', 'flip', '--no-test'],
      remarks: [
        '--tta flip changes nothing: there are no validation images, and the test images are left alone',
      ],
    },
    {
      args: ['--epochs', '1', '--val-fraction', '0', '--test-fraction', '0', '--tta', 'flip'],
      remarks: ['--tta flip changes nothing: there are no validation images, and there are no test images'],
    },
    {
      args: ['--epochs', '1', '--model', 'sample'],
      remarks: [
        'the sample network sees images of 20 x 20 pixels, and was pretrained on small grey pictures of clothes: it is ' +
          'there to try this program; photographs need a --model that was pretrained on photographs',
      ],
    },
    // With everything in its place, there is nothing to say.
    {
      args: [
        '--epochs',
        '2',
        '--option',
        'alpha=0.9',
        '--lambda-unit',
        'raw',
        '--max-steps',
        '5',
        '--ema-decay',
        '0.5',
      ],
      remarks: [],
    },
    { args: ['--epochs', '1', '--accumulate', '3'], remarks: [] },
  ])
    test(`${args.join(' ')} is trained, with ${remarks.length} remarks before`, async () => {
      const { code, stdout, stderr } = await train(...args, '--json');
      assert.equal(code, 0, stderr);
      const lines = jsonLines(stdout);
      const said = lines.filter(({ type, text }) => type === 'remark' && isOther(text));
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

  test('--accumulate: batches that an epoch leaves over are in the first update of the next', async () => {
    // Of three batches, two make an update; the third waits, and makes one with the fourth.
    const waiting = async (name: string, epochs: string) => {
      const { code, stderr } = await train('--accumulate', '2', '--epochs', epochs, '--out', name);
      assert.equal(code, 0, stderr);
      const { tensors } = await readSafetensors(join(folder.path, name, 'checkpoints/last.safetensors'));
      return tensors.get('head.bias:collected')?.data.some((gradient) => Number(gradient) !== 0);
    };
    assert.equal(await waiting('odd', '1'), true);
    assert.equal(await waiting('even', '2'), false);
  });

  test('--ema-decay keeps averages, and they are the model', async () => {
    assert.equal((await train('--head', 'random', '--epochs', '1', '--out', 'last')).code, 0);
    assert.equal(
      (await train('--head', 'random', '--epochs', '1', '--out', 'averaged', '--ema-decay', '0.9')).code,
      0,
    );
    const read = (...parts: readonly string[]) => readFile(join(folder.path, ...parts));
    const { tensors } = await readSafetensors(join(folder.path, 'averaged/checkpoints/last.safetensors'));
    assert.ok(tensors.has('head.weight:ema'));
    assert.ok(!(await read('last', 'model.onnx')).equals(await read('averaged', 'model.onnx')));
  });
});
