/** `adarand tune`, as it is typed. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { adarand, jsonLines, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { lastGiven } from '../../test/helpers/last-given.js';

describe('a search', () => {
  const folder = testFolder();
  const inside = folder.inside;
  const { json } = folder;
  const flags = [
    '--model',
    'tiny.onnx',
    '--no-tensorboard',
    '--epochs',
    '6',
    '--batch-size',
    '8',
    '--val-fraction',
    '0.2',
  ];
  const tune = (...words: readonly string[]) => adarand(folder.path, 'tune', ...words);

  before(async () => {
    await writeImages(inside('colours'), 14);
    await writeModel(inside('tiny.onnx'));
  });

  test('tries configurations of each method, trains the best once more, and tests that one alone', async () => {
    const methods = ['--methods', 'fine-tuning,adarand', '--trials', '3', '--folds', '2'];
    const { code, stdout, stderr } = await tune('colours', ...flags, ...methods, '--out', 'found');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^run 1 {2}fine-tuning, defaults: lr 0\.01, lambda 0, pad-crop, 2 epochs {2}val \d/m,
    );
    assert.match(
      stdout,
      /^3 configurations of each method were tried in \d+ runs; .* by 18 validation images in 2 cuts:$/m,
    );
    assert.match(
      stdout,
      /^the best one, trained once more: test accuracy .* on 9 images, which nothing had looked at$/m,
    );
    const { tried, report } = await json('found', 'tune.json');
    assert.equal(tried.length, 2 * (3 + 2 + 2));
    for (const { run, method, configuration, learning_rate, label_smoothing, epochs, fold } of tried) {
      const record = await json('found', run, 'run.json');
      const summary = await json('found', run, 'summary.json');
      assert.equal(summary.test_accuracy, null, 'the test images are left alone');
      assert.equal(record.options.method, method);
      assert.equal(record.options.valFold, fold);
      assert.equal(record.options.epochs, epochs);
      assert.equal(record.options.labelSmoothing, label_smoothing);
      assert.equal(record.settings.learningRate, learning_rate);
      if (configuration > 0) assert.notEqual(learning_rate, 0.01);
      assert.ok(!existsSync(inside('found', run, 'model.onnx')));
    }
    const [best] = report.finalists;
    const kept = await json('found', 'best', 'run.json');
    assert.equal(kept.settings.learningRate, best.learning_rate);
    assert.equal(kept.options.method, best.method);
    assert.ok(report.best.test_accuracy >= 0.5);
    assert.equal((await adarand(folder.path, 'predict', 'found/best', 'colours')).code, 0);
    const given = async (...words: readonly string[]) => {
      const { code, stderr } = await adarand(folder.path, ...words);
      assert.equal(code, 2);
      return stderr;
    };
    assert.match(await given('predict', 'found', 'colours'), /give its best run, found\/best\.$/m);
    assert.match(
      await given('predict', `found/${tried[0].run}`, 'colours'),
      /^error: found\/trials\/.* has no weights any more: .*\nhint: Use the search's best run: found\/best\.$/m,
    );
    assert.match(await given('train', '--resume', 'found'), /^hint: .*adarand tune --resume found$/m);
    const again = await tune('--resume', 'found');
    assert.equal(again.code, 2);
    assert.match(again.stderr, /found is finished already/);
  });

  test('that is stopped goes on where it was, and ends with the same', async () => {
    const same = ['colours', ...flags, '--trials', '3', '--folds', '1'];
    const whole = await tune(...same, '--out', 'whole', '--json');
    assert.equal(whole.code, 0, whole.stderr);
    const events = jsonLines(whole.stdout);
    const data = events.filter(({ type }) => type === 'data');
    assert.equal(data.length, 1, 'what is said of the images is said once');
    assert.match(String(Object(data[0]).lines), /^colours: 3 classes, 24 train \/ 9 val \/ 9 test images/);
    assert.ok(
      events.findIndex(({ type }) => type === 'data') < events.findIndex(({ type }) => type === 'tried'),
    );
    const cut = start(folder.path, 'tune', ...same, '--out', 'cut');
    await cut.line(/^run 2 /);
    cut.process.kill('SIGINT');
    await cut.ended;
    const before = (await json('cut', 'tune.json')).tried.length;
    assert.ok(before >= 2 && before < 6, `${before} runs had ended`);
    const { code, stdout, stderr } = await tune('--resume', 'cut', '--json');
    assert.equal(code, 0, stderr);
    const resultOf = (text: string) => jsonLines(text).find(({ type }) => type === 'result');
    assert.deepEqual(resultOf(stdout)?.finalists, resultOf(whole.stdout)?.finalists);
    const [a, b] = await Promise.all(['cut', 'whole'].map((run) => readFile(inside(run, 'best/model.onnx'))));
    assert.deepEqual(a, b);
  });

  test('with too small a budget says what it would take, and goes on with more', async () => {
    const { code, stderr } = await tune('colours', ...flags, '--minutes', '0.01', '--out', 'short');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /--minutes 0\.01 is too little: two configurations .* take about [\d.]+ minutes here/,
    );
    const [, words = ''] = /Continue with: adarand (.*)\. Or start again with /.exec(stderr) ?? [];
    assert.match(words, /^tune --resume short --minutes [\d.]+$/);
    const more = await tune('--resume', 'short', '--trials', '2');
    assert.equal(more.code, 0, more.stderr);
    assert.equal(
      (await readdir(inside('short/trials'))).filter((name) => name.startsWith('adarand-0-2-')).length,
      1,
    );
  });

  test('that cannot begin leaves nothing, and its error as it is', async () => {
    const { code, stderr } = await tune(
      'nowhere',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--trials',
      '2',
      '--out',
      'made/none',
    );
    assert.equal(code, 2);
    assert.match(stderr, /nowhere/);
    assert.doesNotMatch(stderr, /tune --resume/);
    assert.ok(!existsSync(inside('made')));
  });

  test('says where there are fewer cuts than were asked for', async () => {
    const few = ['--epochs', '1', '--trials', '2', '--val-fraction', '0.4', '--folds', '3'];
    const flagged = lastGiven(...flags, ...few);
    const { code, stdout, stderr } = await tune('colours', ...flagged, '--out', 'few');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^--folds 3: the validation images can be cut in 1 way only$/m);
    assert.match(stdout, /by 18 validation images:$/m);
  });

  test('has a help that names no option of others', async () => {
    const { stdout } = await tune('--help');
    assert.match(stdout, /^ +--patience <n>/m);
    assert.doesNotMatch(stdout, /--choose-by/);
  });

  const refused: readonly (readonly [words: readonly string[], message: RegExp])[] = [
    [['--trials', '1'], /--trials 1 leaves nothing to choose from/],
    [['--trials', '2', '--minutes', '3'], /--minutes and --trials are two budgets/],
    [['--methods', 'adarand,nothing'], /nothing/],
    [['--methods', 'adarand, adarand'], /--methods has adarand twice\nhint: Give each one once\./],
    [['--methods', ','], /--methods names no method/],
    [['--methods', 'bss,adarand', '--option', 'k=2'], /--option belongs to one method/],
    [
      [
        '--methods',
        'fine-tuning',
        '--lr',
        '0.1',
        '--augment',
        'none',
        '--epochs',
        '2',
        '--label-smoothing',
        '0',
      ],
      /nothing is left to search/,
    ],
    [['--val-fraction', '0'], /--val-fraction 0 leaves nothing to choose by/],
    [['--method', 'adarand'], /unknown option '--method'/],
  ];
  for (const [words, message] of refused)
    test(`refuses ${words.join(' ')}, and writes nothing`, async () => {
      const { code, stderr } = await tune(
        'colours',
        '--model',
        'tiny.onnx',
        '--no-tensorboard',
        ...words,
        '--out',
        'none',
      );
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.ok(!existsSync(inside('none')));
    });
});
