/** Without other wishes, training begins with a linear probe, and never ends below it in validation. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { jsonLines, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import type { RunEvent, RunHost } from '../run/events.js';
import type { TrainOptions } from '../run/options/options.gen.js';
import { resumeRun, trainRun } from '../run/train/train-run.js';

describe('a run that begins with a linear probe', () => {
  const folder = testFolder();
  const inside = folder.inside;
  const summaryOf = async (run: string) => JSON.parse(await readFile(inside(run, 'summary.json'), 'utf8'));
  const quiet: RunHost = { emit() {}, stop: () => false };
  const options = (out: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
    data: inside('colours'),
    model: inside('tiny.onnx'),
    out: inside(out),
    epochs: 2,
    batchSize: 4,
    valFraction: 0.3,
    ...more,
  });

  before(async () => {
    await writeImages(inside('colours'), 14);
    await writeModel(inside('tiny.onnx'));
  });

  test('which is better than what follows, ends with the probe, and says so', async () => {
    const flags = [
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--epochs',
      '2',
      '--batch-size',
      '4',
      '--val-fraction',
      '0.3',
    ];
    // The rate is far too high: what is trained gets worse.
    const spoilt = ['--method', 'fine-tuning', '--lr', '0.8', '--clip-grad-norm', '5', '--out', 'spoilt'];
    const { code, stdout, stderr } = await adarand(folder.path, 'train', 'colours', ...flags, ...spoilt);
    assert.equal(code, 0, stderr);
    const [, probe = ''] = /^epoch 0\/2 {2}linear probe {2}val (.* %)$/m.exec(stdout) ?? [];
    assert.match(
      stdout,
      new RegExp(
        `^kept the linear probe: validation accuracy ${probe}, and none of 2 epochs had a better one$`,
        'm',
      ),
    );
    const summary = await summaryOf('spoilt');
    assert.equal(summary.best_epoch, 0);
    assert.equal(summary.val_accuracy, summary.probe_val_accuracy);
    assert.ok(summary.test_accuracy >= 0.8, `test accuracy ${summary.test_accuracy}`);
    const evaluated = await adarand(folder.path, 'eval', 'spoilt', 'colours', '--json');
    assert.equal(evaluated.code, 0, evaluated.stderr);
    assert.equal((await adarand(folder.path, 'export', 'spoilt', '--to', 'exported')).code, 0);
    assert.match(
      await readFile(inside('exported/README.md'), 'utf8'),
      /those of the linear probe that training began with/,
    );
  });

  test('and has no epochs is that probe: used as any run, and not trained on', async () => {
    const { stdout, stderr, code } = await adarand(
      folder.path,
      ...[
        'train',
        'colours',
        '--model',
        'tiny.onnx',
        '--no-tensorboard',
        '--epochs',
        '0',
        '--val-fraction',
        '0.3',
        '--out',
        'probe',
      ],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^--epochs 0: the linear probe is the result, and adarand is not used$/m);
    assert.match(stdout, /^this is the linear probe: validation accuracy .* %$/m);
    const summary = await summaryOf('probe');
    assert.deepEqual([summary.epochs, summary.steps, summary.best_epoch], [0, 0, 0]);
    assert.equal(summary.val_accuracy, summary.probe_val_accuracy);
    assert.ok(summary.test_accuracy >= 0.8, `test accuracy ${summary.test_accuracy}`);
    const { stdout: evaluated } = await adarand(folder.path, 'eval', 'probe', 'colours', '--json');
    const report = jsonLines(evaluated).find(({ type }) => type === 'result');
    assert.equal(report?.accuracy, summary.test_accuracy);
    for (const words of [
      ['export', 'probe', '--to', 'exported-probe'],
      ['look', 'probe'],
    ])
      assert.equal((await adarand(folder.path, ...words)).code, 0, words[0]);
    const longer = await adarand(folder.path, 'train', '--resume', 'probe', '--epochs', '3');
    assert.equal(longer.code, 2);
    assert.match(longer.stderr, /probe is a linear probe: it was to have no epochs/);
    const random = ['--epochs', '0', '--head', 'random', '--out', 'none'];
    const refused = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      ...random,
    );
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--epochs 0 would leave the new head as it begins/);
    assert.ok(!existsSync(inside('none')));
  });

  test('is the same after a kill in its first epoch, and is used before that', async () => {
    await trainRun(options('whole'), quiet);
    const events: RunEvent[] = [];
    const host: RunHost = {
      emit: (event) => void events.push(event),
      stop: () => events.some(({ type }) => type === 'step'),
    };
    await assert.rejects(trainRun(options('cut'), host), { code: 'run.stopped' });
    const { stdout } = await adarand(folder.path, 'eval', 'cut', 'colours', '--json');
    const unfinished = jsonLines(stdout).find(({ type }) => type === 'unfinished');
    assert.equal(unfinished?.best_epoch, 0);
    const seen: RunEvent[] = [];
    await resumeRun({ run: inside('cut') }, { ...quiet, emit: (event) => void seen.push(event) });
    assert.deepEqual(
      seen.flatMap((event) => (event.type === 'epoch' ? [event.epoch] : [])),
      [1, 2],
    );
    const model = (run: string) => readFile(inside(run, 'model.onnx'));
    assert.deepEqual(await model('cut'), await model('whole'));
    const { probe_val_accuracy: probe, val_accuracy: kept } = await summaryOf('cut');
    assert.equal(probe, (await summaryOf('whole')).probe_val_accuracy);
    assert.ok(kept >= probe);
  });

  test('has no candidate without validation images, and none from a random head', async () => {
    const unvalidated = await trainRun(options('unvalidated', { valFraction: 0, epochs: 1 }), quiet);
    assert.equal(unvalidated.best_epoch, 1);
    assert.equal(unvalidated.probe_val_accuracy, null);
    const random = await trainRun(options('random', { head: 'random', epochs: 1 }), quiet);
    assert.equal(random.best_epoch, 1);
    assert.equal(random.probe_val_accuracy, null);
  });
});
