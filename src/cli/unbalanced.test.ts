/** What is done and said about classes with far fewer images than others. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { jsonLines, lastLine, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { lastGiven } from '../../test/helpers/last-given.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';

describe('classes of unequal size', () => {
  const folder = testFolder();
  const path = folder.inside;

  before(async () => {
    await writeModel(path('tiny.onnx'));
    await writeImages(path('equal'), 10);
    // Of 30, 20 and 6 images.
    await writeImages(path('unequal'), 30);
    for (const [name, from] of [
      ['green', 20],
      ['red', 6],
    ] as const)
      for (let i = from; i < 30; i++) await rm(path('unequal', name, `${String(i).padStart(2, '0')}.png`));
  });

  const flags = [
    '--model',
    'tiny.onnx',
    '--no-tensorboard',
    '--batch-size',
    '4',
    '--epochs',
    '2',
    '--val-fraction',
    '0.2',
  ];
  const train = (data: string, ...args: readonly string[]) =>
    adarand(folder.path, 'train', ...lastGiven(data, ...flags, ...args));

  test('the balanced accuracy is beside the accuracy, and that of eval on the same images', async () => {
    const { code, stdout, stderr } = await train('unequal', '--out', 'run');
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(await readFile(path('run', 'summary.json'), 'utf8'));
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    const line = new RegExp(
      `^balanced accuracy ${percent(summary.test_balanced_accuracy)} on the test images, ` +
        `${percent(summary.val_balanced_accuracy)} in validation: the mean over classes, since the largest class has ` +
        `${summary.imbalance.toFixed(1)} times the training images of the smallest$`,
      'm',
    );
    assert.match(stdout, line);
    assert.match(stdout, /^epoch 1\/2 .* val \d+\.\d % \(balanced \d+\.\d %\)/m);
    const evaluated = await adarand(folder.path, 'eval', 'run', 'unequal', '--json');
    assert.equal(lastLine(evaluated.stdout).balanced_accuracy, summary.test_balanced_accuracy);
    const validated = await adarand(folder.path, 'eval', 'run', 'unequal', '--split', 'val', '--json');
    const { balanced_accuracy: balanced } = lastLine(validated.stdout);
    assert.equal(balanced, summary.val_balanced_accuracy);
    const exported = await adarand(folder.path, 'export', 'run', '--to', 'exported');
    assert.equal(exported.code, 0, exported.stderr);
    const card = await readFile(path('exported', 'README.md'), 'utf8');
    assert.match(card, /^The mean over classes of the accuracy on each class's images is \d+\.\d %\.$/m);
  });

  test('where one class has more than ten times the images of another, the option for that is named', async () => {
    await writeImages(path('long-tail'), 24);
    for (let i = 3; i < 24; i++) await rm(path('long-tail', 'red', `${String(i).padStart(2, '0')}.png`));
    const all = ['--val-fraction', '0', '--test-fraction', '0', '--epochs', '1'];
    const said = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await train('long-tail', ...all, ...args);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const remark = (stdout: string) => /^the largest class has .* counts so much more .*$/m.exec(stdout)?.[0];
    assert.equal(await said().then(remark), undefined);
    await rm(path('long-tail', 'red', '02.png'));
    assert.equal(
      await said().then(remark),
      'the largest class has 12.0 times the training images of the smallest, and counts so much more in training: ' +
        'with --balance sampling or --balance loss, each class counts alike',
    );
    const own = remark(await said('--method', 'core-tuning'));
    assert.match(own ?? '', /: with --balance sampling, each class counts alike$/);
    assert.equal(remark(await said('--balance', 'sampling')), undefined);
    assert.equal(remark(await said('--balance', 'loss')), undefined);
  });

  for (const { by, figure, said } of [
    { by: 'loss', figure: 'val_loss', said: 'validation loss \\d+\\.\\d{3}' },
    {
      by: 'balanced-accuracy',
      figure: 'val_balanced_accuracy',
      said: 'balanced validation accuracy \\d+\\.\\d %',
    },
  ] as const)
    test(`--choose-by ${by} keeps the best epoch by that, and says so`, async () => {
      const sign = by === 'loss' ? -1 : 1;
      const longer = ['--epochs', '4', '--head', 'random', '--lr', '0.3', '--clip-grad-norm', '3'];
      const { code, stdout, stderr } = await train('unequal', ...longer, '--choose-by', by, '--out', by);
      assert.equal(code, 0, stderr);
      const lines = jsonLines(await readFile(path(by, 'metrics.jsonl'), 'utf8'));
      const epochs = lines.filter(({ type }) => type === 'epoch');
      const figures = epochs.map((line) => sign * Number(line[figure]));
      const { best_epoch: kept, choose_by: recorded } = lastLine(
        await readFile(path(by, 'summary.json'), 'utf8').then((text) => JSON.stringify(JSON.parse(text))),
      );
      assert.equal(recorded, by);
      const best = epochs.findIndex(({ epoch }) => epoch === kept);
      assert.equal(figures[best], Math.max(...figures));
      assert.match(stdout, new RegExp(`^kept epoch \\d of 4: ${said}$`, 'm'));
      assert.equal((await adarand(folder.path, 'export', by, '--to', `${by}-exported`)).code, 0);
      const card = await readFile(path(`${by}-exported`, 'README.md'), 'utf8');
      assert.match(card, new RegExp(`, chosen by the ${said}\\.`));
    });

  test('a way to choose the epoch that does not go with the rest is remarked on', async () => {
    const balanced = await train('unequal', '--epochs', '1', '--balance', 'loss');
    assert.match(
      balanced.stdout,
      /^--balance loss makes classes count alike in training, and the epoch is still chosen by plain accuracy: --choose-by balanced-accuracy makes them count alike there, too$/m,
    );
    const both = ['--balance', 'loss', '--choose-by', 'balanced-accuracy'];
    assert.doesNotMatch((await train('unequal', '--epochs', '1', ...both)).stdout, /^--balance/m);
    const none = await train('equal', '--epochs', '1', '--val-fraction', '0', '--choose-by', 'loss');
    assert.match(
      none.stdout,
      /^--choose-by loss changes nothing: there are no validation images to choose by$/m,
    );
  });

  describe('a split that lacks some of the classes', () => {
    before(async () => {
      await writeImages(path('partly', 'train'), 8);
      await writeImages(path('partly', 'val'), 3, 24, 8);
      await writeImages(path('partly', 'test'), 3, 24, 11);
      for (const name of ['val/blue', 'val/green', 'test/blue'])
        await rm(path('partly', name), { recursive: true });
    });
    const count = 'the mean over the 1 of 3 classes that have images';

    test('is told before training, and by what its accuracies are of', async () => {
      const chosen = ['--choose-by', 'balanced-accuracy', '--out', 'partial'];
      const { code, stdout, stderr } = await train('partly', ...chosen);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^no validation images of blue, green: accuracies on them leave these out$/m);
      assert.match(stdout, /^no test images of blue: accuracies on them leave it out$/m);
      assert.match(
        stdout,
        /^--choose-by balanced-accuracy is the mean over the 1 of 3 classes that have validation /m,
      );
      assert.match(stdout, /^test accuracy .* on 6 images of 2 of 3 classes$/m);
      assert.ok(stdout.includes(`balanced validation accuracy 100.0 % (${count})`), stdout);
      const summary = JSON.parse(await readFile(path('partial', 'summary.json'), 'utf8'));
      assert.deepEqual([summary.test_classes, summary.val_classes], [2, 1]);
    });

    test('is told where the epoch is chosen by plain accuracy', async () => {
      const { code, stdout, stderr } = await train('partly', '--out', 'plain');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^kept .*: validation accuracy \d+\.\d % on images of 1 of 3 classes/m);
      assert.equal((await adarand(folder.path, 'export', 'plain', '--to', 'plain-exported')).code, 0);
      const card = await readFile(path('plain-exported', 'README.md'), 'utf8');
      assert.match(card, /chosen by the validation images of 1 of 3 classes: \d/);
    });

    test('is told by eval, look and an exported folder', async () => {
      const evaluated = await adarand(folder.path, 'eval', 'partial', 'partly', '--split', 'val');
      assert.match(
        evaluated.stdout,
        /^balanced accuracy \d+\.\d % \(the mean over the 1 of 3 classes that have images\), loss/m,
      );
      const lines = await adarand(folder.path, 'eval', 'partial', 'partly', '--split', 'val', '--json');
      assert.deepEqual(lastLine(lines.stdout).without_images, ['blue', 'green']);
      const looked = await adarand(folder.path, 'look', 'partial');
      assert.match(looked.stdout, /^There are no test images of blue: the figures say nothing about it\.$/m);
      assert.match(looked.stdout, /^test accuracy .* on 6 images of 2 of 3 classes, \d+ mistakes?$/m);
      assert.match(
        await readFile(path('partial', 'look.html'), 'utf8'),
        /of 6 test images of 2 of 3 classes/,
      );
      assert.equal((await adarand(folder.path, 'export', 'partial', '--to', 'partial-exported')).code, 0);
      const card = await readFile(path('partial-exported', 'README.md'), 'utf8');
      assert.match(card, / on 6 test images of 2 of 3 classes, which were looked at once/);
      assert.ok(card.includes(count), card);
    });

    test('is not mentioned where no class is missing', async () => {
      const { stdout } = await train('equal', '--choose-by', 'balanced-accuracy');
      assert.doesNotMatch(stdout, /of 3 classes|leave (it|these) out/);
    });
  });

  test('with classes of equal size it is only in summary.json and in JSON', async () => {
    const { code, stdout, stderr } = await train('equal', '--out', 'even', '--json');
    assert.equal(code, 0, stderr);
    const lines = jsonLines(stdout);
    const tested = lines.find(({ type }) => type === 'test');
    assert.equal(tested?.balanced_accuracy, tested?.accuracy);
    const result = lastLine(stdout);
    assert.equal(result.test_balanced_accuracy, result.test_accuracy);
    assert.equal(result.imbalance, 1);
    const text = await train('equal');
    assert.equal(text.code, 0, text.stderr);
    assert.doesNotMatch(text.stdout, /balanced/);
  });
});
