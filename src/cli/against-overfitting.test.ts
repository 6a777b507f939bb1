import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { adarand, jsonLines, temporaryFolder, writeImages, writeModel } from '../../test/helpers/cli.js';

describe('the usual means against overfitting, and against classes of unequal size', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const path = (...parts: readonly string[]) => join(folder.path, ...parts);

  before(async () => {
    folder = await temporaryFolder();
    await writeImages(path('colours'), 8);
    await writeModel(path('tiny.onnx'));
    // Of 8, 5 and 2 images.
    await writeImages(path('unequal'), 8);
    for (const [name, from] of [
      ['green', 5],
      ['red', 2],
    ] as const)
      for (let i = from; i < 8; i++) await rm(path('unequal', name, `0${i}.png`));
  });
  after(() => folder.remove());

  const train = (data: string, ...args: readonly string[]) =>
    adarand(
      folder.path,
      'train',
      data,
      '--model',
      'tiny.onnx',
      '--batch-size',
      '4',
      '--epochs',
      '1',
      ...args,
    );
  const plainly = (...args: readonly string[]) =>
    train('unequal', '--method', 'fine-tuning', '--test-fraction', '0', '--val-fraction', '0', ...args);

  for (const { args, error, hint } of [
    {
      args: ['--method', 'core-tuning', '--label-smoothing', '0.1'],
      error:
        /^error: core-tuning has a classification loss of its own .* --label-smoothing 0\.1 would change/m,
      hint: /^hint: Leave out --label-smoothing 0\.1, or choose a method that keeps the cross-entropy/m,
    },
    {
      args: ['--method', 'bss+core-tuning', '--balance', 'loss'],
      error: /^error: bss\+core-tuning has a classification loss of its own .* --balance loss would change/m,
      hint: /^hint: Leave out --balance loss, /m,
    },
    {
      args: ['--label-smoothing', '1'],
      error: /^error: --label-smoothing .*1/m,
      hint: /^/,
    },
  ])
    test(`${args.join(' ')} is refused`, async () => {
      const { code, stdout, stderr } = await train('colours', ...args);
      assert.equal(code, 2, stdout + stderr);
      assert.match(stderr, error);
      assert.match(stderr, hint);
      assert.doesNotMatch(stdout, /epoch 1/);
    });

  test('classes of equal size need no weights, which is said', async () => {
    const { code, stdout, stderr } = await train('colours', '--balance', 'loss');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^--balance loss changes nothing: every class has equally many training images$/m,
    );
  });

  test('label smoothing and weights are in the task loss of the first step, and in run.json', async () => {
    const loss = async (out: string, ...args: readonly string[]) => {
      const { code, stdout, stderr } = await plainly('--json', '--log-every', '1', '--out', out, ...args);
      assert.equal(code, 0, stderr);
      const [first] = jsonLines(stdout).filter(({ type }) => type === 'step');
      return Number(Object(first?.metrics).task_loss);
    };
    const plain = await loss('plain');
    const smoothed = await loss('smoothed', '--label-smoothing', '0.5');
    assert.notEqual(smoothed, plain);
    // The head is nearly 0: each class has nearly 1/3, whatever the label.
    assert.ok(Math.abs(smoothed - Math.log(3)) < 0.1 && Math.abs(plain - Math.log(3)) < 0.1);
    // A batch of 4 has at least one of the 8 images of blue (weight 0.625), and none counts more than 2.5.
    const weighted = await loss('weighted', '--balance', 'loss');
    assert.ok(weighted > 0.5 * Math.log(3) && weighted < 2.2 * Math.log(3));
    assert.ok(Math.abs(weighted - plain) > 0.05);
    const { options } = JSON.parse(await readFile(path('weighted', 'run.json'), 'utf8'));
    assert.equal(options.balance, 'loss');
  });
});
