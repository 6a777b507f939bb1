import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { jsonLines, released, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { lastGiven } from '../../test/helpers/last-given.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';

describe('the usual means against overfitting, and against classes of unequal size', () => {
  const folder = testFolder();
  const path = folder.inside;

  before(async () => {
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

  const model = ['--model', 'tiny.onnx', '--no-tensorboard', '--batch-size', '4', '--epochs', '1'];
  const train = (data: string, ...args: readonly string[]) =>
    adarand(folder.path, 'train', ...lastGiven(data, ...model, ...args));
  const plain = [
    ...[...model, '--method', 'fine-tuning', '--head', 'random'],
    ...['--test-fraction', '0', '--val-fraction', '0'],
  ];
  const plainly = (...args: readonly string[]) =>
    adarand(folder.path, 'train', 'unequal', ...lastGiven(...plain, ...args));

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
      args: ['--mixup', '0.2', '--cutmix', '1'],
      error:
        /^error: adarand needs the one class of each image, and --mixup 0\.2 and --cutmix 1 would make images of two/m,
      hint: /^hint: Leave out --mixup 0\.2 and --cutmix 1, or choose a --method .*: fine-tuning, head-only, fnp, l2-sp, delta, bss/m,
    },
    {
      args: ['--method', 'fine-tuning', '--cutmix', '1', '--batch-size', '1'],
      error: /^error: --cutmix 1 mixes the images of a batch in pairs, and a batch has one image/m,
      hint: /^hint: Choose a --batch-size of at least 2\./m,
    },
    {
      args: ['--method', 'fine-tuning', '--mixup', '-1'],
      error: /^error: --mixup .*0/m,
      hint: /^/,
    },
    {
      args: ['--random-erasing', '1.5'],
      error: /^error: --random-erasing .*1/m,
      hint: /^/,
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

  for (const [how, said] of [
    ['loss', 'nothing'],
    ['sampling', 'nothing but the order of images'],
  ] as const)
    test(`classes of equal size need no ${how}, which is said`, async () => {
      const { code, stdout, stderr } = await train('colours', '--balance', how);
      assert.equal(code, 0, stderr);
      const remark = `^--balance ${how} changes ${said}: every class has equally many training images$`;
      assert.match(stdout, new RegExp(remark, 'm'));
    });

  test('label smoothing and weights are in the task loss of the first step, and in run.json', async () => {
    const loss = async (out: string, ...args: readonly string[]) => {
      const { code, stdout, stderr } = await plainly('--json', '--log-every', '1', '--out', out, ...args);
      assert.equal(code, 0, stderr);
      const [first] = jsonLines(stdout).filter(({ type }) => type === 'step');
      return Number(Object(first?.metrics).task_loss);
    };
    const unchanged = await loss('unchanged');
    const smoothed = await loss('smoothed', '--label-smoothing', '0.5');
    assert.notEqual(smoothed, unchanged);
    // The head is nearly 0: each class has nearly 1/3, whatever the label.
    assert.ok(Math.abs(smoothed - Math.log(3)) < 0.1 && Math.abs(unchanged - Math.log(3)) < 0.1);
    // A batch of 4 has at least one of the 8 images of blue (weight 0.625), and none counts more than 2.5.
    const weighted = await loss('weighted', '--balance', 'loss');
    assert.ok(weighted > 0.5 * Math.log(3) && weighted < 2.2 * Math.log(3));
    assert.ok(Math.abs(weighted - unchanged) > 0.05);
    const { options } = JSON.parse(await readFile(path('weighted', 'run.json'), 'utf8'));
    assert.equal(options.balance, 'loss');
  });

  test('a run that is killed and resumed ends with the same bits', async () => {
    const recipe = ['--mixup', '0.4', '--cutmix', '1', '--label-smoothing', '0.1', '--balance', 'sampling'];
    const args = [
      ...recipe,
      '--random-erasing',
      '0.5',
      '--epochs',
      '4',
      '--json',
      '--checkpoint-seconds',
      '0.01',
    ];
    const whole = await plainly(...args, '--out', 'never-killed');
    assert.equal(whole.code, 0, whole.stderr);
    const unmixed = await plainly(...args, '--out', 'never-mixed', '--mixup', '0', '--cutmix', '0');
    assert.equal(unmixed.code, 0, unmixed.stderr);
    const notErased = await plainly(...args, '--out', 'never-erased', '--random-erasing', '0');
    assert.equal(notErased.code, 0, notErased.stderr);
    const running = start(
      folder.path,
      'train',
      'unequal',
      ...lastGiven(...plain, ...args),
      '--out',
      'killed',
    );
    await running.line(/"step":5,/);
    running.process.kill('SIGKILL');
    await running.ended;
    await released(path('killed'));
    const resumed = await adarand(folder.path, 'train', '--resume', 'killed');
    assert.equal(resumed.code, 0, resumed.stderr);
    const bytes = (run: string) => readFile(path(run, 'checkpoints', 'last.safetensors'));
    assert.ok((await bytes('killed')).equals(await bytes('never-killed')));
    const weighted = await plainly(...args, '--out', 'never-sampled', '--balance', 'loss');
    assert.equal(weighted.code, 0, weighted.stderr);
    for (const other of ['never-mixed', 'never-erased', 'never-sampled'])
      assert.ok(!(await bytes('killed')).equals(await bytes(other)), other);
  });
});
