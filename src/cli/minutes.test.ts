/** A run whose number of epochs follows from a time. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { jsonLines, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { AdarandError, train } from '../index.js';

describe('train --minutes', () => {
  const folder = testFolder();
  const path = folder.inside;
  const flags = [
    'colours',
    '--model',
    'tiny.onnx',
    '--no-tensorboard',
    '--batch-size',
    '4',
    '--max-steps',
    '9',
  ];
  const typed = (...args: readonly string[]) => adarand(folder.path, 'train', ...flags, ...args);
  const optionsOf = async (run: string) => JSON.parse(await readFile(path(run, 'run.json'), 'utf8')).options;
  const last = (run: string) => readFile(path(run, 'checkpoints', 'last.safetensors'));

  before(async () => {
    await writeImages(path('colours'), 10);
    await writeModel(path('tiny.onnx'));
  });

  test('says and records the number of epochs, and trains as if it had been given', async () => {
    const { code, stdout, stderr } = await typed('--minutes', '5', '--out', 'by-time');
    assert.equal(code, 0, stderr);
    const said =
      /^--minutes 5 is time for (\d+) epochs: one takes (?:about|less than) [\d.]+ s here, by the steps that were measured, and everything before and after them \d+.* s$/m;
    const [, epochs = ''] = said.exec(stdout) ?? [];
    assert.ok(Number(epochs) > 1, stdout);
    const { epochs: recorded, minutes } = await optionsOf('by-time');
    assert.deepEqual([recorded, minutes], [Number(epochs), 5]);
    const given = await typed('--epochs', epochs, '--out', 'by-number');
    assert.equal(given.code, 0, given.stderr);
    assert.ok((await last('by-time')).equals(await last('by-number')));
  });

  test('a run that is killed keeps its number of epochs when it is resumed', async () => {
    const args = ['--minutes', '3', '--out', 'killed', '--json', '--checkpoint-seconds', '0.01'];
    const running = start(folder.path, 'train', ...flags, ...args);
    await running.line(/"step":5,/);
    running.process.kill('SIGINT');
    await running.ended;
    const { epochs } = await optionsOf('killed');
    const again = await adarand(folder.path, 'train', '--resume', 'killed', '--minutes', '4');
    assert.match(again.stderr, /--minutes cannot be given again/);
    const resumed = await adarand(folder.path, 'train', '--resume', 'killed', '--json');
    assert.equal(resumed.code, 0, resumed.stderr);
    const run = jsonLines(resumed.stdout).find(({ type }) => type === 'run');
    assert.equal(Object(run?.settings).epochs, epochs);
    assert.equal((await optionsOf('killed')).epochs, epochs);
    const whole = await typed('--epochs', String(epochs), '--out', 'whole');
    assert.equal(whole.code, 0, whole.stderr);
    assert.ok((await last('killed')).equals(await last('whole')));
  });

  test('too few minutes are refused before training, with a number that would do', async () => {
    const { code, stdout, stderr } = await typed('--minutes', '0.01', '--out', 'short');
    assert.equal(code, 2, stdout);
    assert.match(
      stderr,
      /^error: --minutes 0\.01 is too little: one epoch takes .* here, and everything before and after it [\d.]+ s$/m,
    );
    const [, enough = ''] = /^hint: Choose a --minutes of at least ([\d.]+);/m.exec(stderr) ?? [];
    // Twice as much, since this machine may be busier the next time.
    const next = await typed('--minutes', String(2 * Number(enough)), '--out', 'short');
    assert.equal(next.code, 0, next.stderr);
  });

  test('minutes and epochs are refused together, on the command line and in a program', async () => {
    const { code, stderr } = await typed('--minutes', '3', '--epochs', '20');
    assert.equal(code, 2);
    assert.match(stderr, /^error: --epochs 20 and --minutes 3 both say how long the run is$/m);
    const options = { data: path('colours'), model: path('tiny.onnx'), epochs: 20, minutes: 3 };
    await assert.rejects(
      train(options),
      (error) => error instanceof AdarandError && error.code === 'config.two-lengths',
    );
  });
});
