/** `adarand compare`, as it is typed. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { adarand, jsonLines, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { compare as compareInProgram } from '../index.js';

/** With a method that diverges. */
const yaml = `data: colours
model: tiny.onnx
methods:
  - fine-tuning
  - { name: adarand, options: { alpha: 0.9 }, lambda: 0.5 }
  - { name: fine-tuning, label: wild, learningRate: 1e30 }
fractions: [50, 100]
seeds: 1
epochs: 1
batchSize: 4
threads: 1
diagnostics: false
tensorboard: false
`;
const flags = [
  ...['colours', '--model', 'tiny.onnx', '--fractions', '50,100', '--seeds', '1', '--epochs', '1'],
  ...['--batch-size', '4', '--threads', '1', '--no-diagnostics', '--no-tensorboard'],
];

describe('an experiment', () => {
  const folder = testFolder();
  const { inside } = folder;
  const text = (...parts: readonly string[]) => readFileSync(inside(...parts), 'utf8');
  const json = (...parts: readonly string[]) => JSON.parse(text(...parts));
  const compare = (...words: readonly string[]) => adarand(folder.path, 'compare', ...words);

  before(async () => {
    await writeImages(inside('colours'), 8);
    await writeModel(inside('tiny.onnx'));
    await writeFile(inside('experiment.yaml'), yaml);
  });

  test('compares methods on the same images; one that fails does not end it, and is not forgotten', async () => {
    const { code, stdout, stderr } = await compare('experiment.yaml', '--out', 'whole', '--parallel', '1');
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^whole: 6 runs, one after another, 1 thread each$/m);
    assert.match(stdout, /^method +50 % +100 %$/m);
    assert.match(stdout, /^adarand\(alpha=0\.9,lambda=0\.5\) +\d+\.\d+ \(n=1\) +\d+\.\d+ \(n=1\)$/m);
    assert.match(stdout, /^wild +1 failed +1 failed$/m);
    assert.match(stdout, /^wild +no pair +no pair$/m);
    assert.match(stdout, /^failed: wild, 50 %, seed 0: .*\(training\.diverged\)$/m);
    assert.match(stdout, /^2 of 6 runs failed: adarand compare --resume whole --retry$/m);
    const { runs, splits } = json('whole', 'experiment.json');
    const lists = new Map<number, Set<number>>();
    let failedRun = '';
    for (const { run, status, method, fraction, seed, error } of runs) {
      assert.equal(
        run,
        `runs/colours-tiny-${method.replace(/\W+(?=\w)/g, (c: string) => (/[=.]/.test(c) ? c : '-')).replace(')', '')}-${100 * fraction}-${seed}`,
      );
      assert.equal(status, method === 'wild' ? 'failed' : 'finished');
      if (status === 'failed') {
        assert.equal(error.code, 'training.diverged');
        if (fraction < 1) failedRun = `whole/${run}`;
        continue;
      }
      const record = json('whole', run, 'run.json');
      const split = splits.find((one: { fraction: number }) => one.fraction === fraction);
      assert.equal(record.data.fingerprint, split.fingerprint);
      assert.equal(record.data.train, split.train);
      assert.equal(record.threads, 1);
      assert.ok(!existsSync(inside('whole', run, 'model.onnx')));
      assert.ok(!existsSync(inside('whole', run, 'checkpoints')));
      const predictions = text('whole', run, 'predictions.csv').trim().split('\r\n');
      assert.equal(predictions[0], 'path,class,predicted,probability:blue,probability:green,probability:red');
      const right = predictions.slice(1).filter((line) => {
        const [, truth, predicted] = line.split(',');
        return truth === predicted;
      });
      const { test_accuracy, test_images, peak_memory_bytes } = json('whole', run, 'summary.json');
      // Of each method, one run with all images is alone in its process.
      assert.ok(fraction < 1 || peak_memory_bytes !== null);
      assert.equal(predictions.length - 1, test_images);
      assert.equal(right.length / test_images, test_accuracy);
      lists.set(
        fraction,
        (lists.get(fraction) ?? new Set()).add(statSync(inside('whole', run, 'images.jsonl')).ino),
      );
      // The list has exactly the images that were trained on.
      const trained = text('whole', run, 'images.jsonl')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter((line) => line.split === 'train')
        .map(({ digest, path }) => `${digest}  ${path}`);
      assert.deepEqual(
        text('whole', 'splits', `colours-seed-0-${100 * fraction}.txt`)
          .trim()
          .split('\n'),
        trained,
      );
    }
    for (const words of [
      ['look', failedRun],
      ['eval', failedRun, 'colours'],
    ]) {
      const { stdout, stderr } = await adarand(folder.path, ...words);
      assert.match(stdout + stderr, /wild-50-0 failed, and has no weights: .*\(training\.diverged\)/);
      assert.match(stdout + stderr, /Compare again with other options, into a new folder\. /);
    }
    for (const files of lists.values()) assert.equal(files.size, 1, 'all methods have one list');
    const [small, large] = [50, 100].map((part) =>
      text('whole', 'splits', `colours-seed-0-${part}.txt`).trim().split('\n'),
    );
    assert.ok(small?.every((line) => large?.includes(line)));
  });

  test('that is typed and then killed goes on where it was, and ends as the same in a file that was not', async () => {
    const words = [
      '--methods',
      'fine-tuning,adarand:alpha=0.9;lambda=0.5',
      '--out',
      'cut',
      '--parallel',
      '1',
    ];
    const cut = start(folder.path, 'compare', ...flags, ...words);
    await cut.line(/^run 2\/4 /);
    const beside = await compare('--resume', 'cut');
    assert.equal(beside.code, 2);
    assert.match(beside.stderr, /process \d+ is working on this experiment/);
    cut.process.kill('SIGKILL');
    await cut.ended;
    const before = json('cut', 'experiment.json');
    assert.ok(before.runs.filter(({ status }: { status: string }) => status === 'finished').length < 4);
    const { code, stdout, stderr } = await compare('--resume', 'cut', '--parallel', '2', '--json');
    assert.equal(code, 0, stderr);
    const result = jsonLines(stdout).find(({ type }) => type === 'result');
    assert.equal(result?.finished, 4);
    const [whole, resumed] = [json('whole', 'experiment.json'), json('cut', 'experiment.json')];
    const { methods, ...others } = whole.request;
    assert.deepEqual(resumed.request, { ...others, methods: methods.slice(0, 2) });
    assert.deepEqual(resumed.splits, whole.splits);
    // What was asked for last, and holds when it is resumed again.
    assert.deepEqual([before.parallel, resumed.parallel], [1, 2]);
    for (const { run } of resumed.runs) {
      assert.equal(text('cut', run, 'predictions.csv'), text('whole', run, 'predictions.csv'));
      assert.ok(!existsSync(inside('cut', run, 'checkpoints')));
    }
    // In a program, too.
    const { finished, runs } = await compareInProgram({ resume: inside('cut') });
    assert.deepEqual([finished, runs.length], [4, 4]);
    assert.equal(json('cut', 'experiment.json').parallel, 2);
    const other = await compare(...flags, '--out', 'cut');
    assert.equal(other.code, 2);
    assert.match(other.stderr, /cut has an experiment already/);
  });

  test('--retry trains the runs that failed once more, and nothing else', async () => {
    const { code, stdout, stderr } = await compare('--resume', 'whole', '--retry');
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^whole: 2 of 6 runs left/m);
    assert.deepEqual(
      stdout.match(/^run \d\/6 .*seed.*$/gm)?.map((line) => / (\w+), \d+ %, seed 0: FAILED/.exec(line)?.[1]),
      ['wild', 'wild'],
    );
    const mistaken = compareInProgram({
      data: inside('colours'),
      model: 'tiny.onnx',
      methods: ['bss', { name: 'adarnad' }],
    });
    await assert.rejects(mistaken, {
      code: 'method.unknown',
      message: /^methods\[1\]: there is no method "adarnad"/,
    });
  });

  test('says of each dataset once, before the runs, what there is to know of its images, and the report of the runs does', async () => {
    // Six pictures of the test are training images, too.
    await writeImages(inside('leaky', 'train'), 8);
    await writeImages(inside('leaky', 'val'), 1, 24, 8);
    await writeImages(inside('leaky', 'test'), 2);
    await writeImages(inside('other'), 8);
    const words = ['leaky', 'other', ...flags.slice(1, 3), ...flags.slice(5), '--methods', 'fine-tuning'];
    const leakage = /^leakage: 6 pictures in train and test: train\/blue\/00\.png = test\/blue\/00\.png/m;
    const dry = await compare(...words, '--dry-run');
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal(dry.stdout.match(/^(leaky|other): 3 classes, .*$/gm)?.length, 2, dry.stdout);
    assert.match(dry.stdout, /^leaky: 3 classes, 24 train \/ 3 val \/ 6 test images/m);
    assert.match(dry.stdout, leakage);
    const { code, stdout, stderr } = await compare(...words, '--out', 'leaked', '--json');
    assert.equal(code, 0, stderr);
    const checked = jsonLines(stdout).find(({ type }) => type === 'checked');
    assert.ok(Array.isArray(checked?.data));
    assert.deepEqual(
      checked.data.map(({ dataset, lines, report }) => [
        dataset,
        lines.some((line: string) => leakage.test(line)),
        report.leakage.length,
      ]),
      [
        ['leaky', true, 1],
        ['other', false, 0],
      ],
    );
    const { runs } = json('leaked', 'experiment.json');
    const run = runs.find(({ dataset }: { dataset: string }) => dataset === 'leaky');
    assert.match(json('leaked', run.run, 'run.json').data.remarks.join('\n'), leakage);
    const reported = await adarand(folder.path, 'report', 'leaked', '--threads', '1');
    assert.equal(reported.code, 0, reported.stderr);
    const page = text('leaked', 'report', 'report.html');
    assert.equal(page.match(/\/leaky: leakage: 6 pictures in train and test/g)?.length, 1);
    assert.doesNotMatch(page, /\/other: leakage/);
  });

  test('--dry-run says how many runs there are and how long they take, and leaves nothing', async () => {
    const words = [
      '--methods',
      'fine-tuning',
      '--seeds',
      '3',
      '--parallel',
      '2',
      '--dry-run',
      '--out',
      'none',
    ];
    const { code, stdout, stderr } = await compare(...flags.slice(0, 3), ...flags.slice(7), ...words);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^colours +tiny +fine-tuning +15 +100 % +1 +\S+ s +3$/m);
    assert.match(
      stdout,
      /^3 runs, 2 side by side, 1 thread each: about \S+ s in all, by the steps that were measured$/m,
    );
    assert.match(stdout, /^each takes up to \d+ MB of memory$/m);
    assert.ok(!existsSync(inside('none')));
  });

  test('--search tries as many configurations of each method by validation, and the best is trained and tested', async () => {
    const words = ['--methods', 'adarand', '--search', '2', '--val-fraction', '0.3', '--out', 'searched'];
    const { code, stdout, stderr } = await compare(...flags.slice(0, 3), ...flags.slice(5), ...words);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^search 1\/2 {2}colours, tiny, adarand, 100 %, defaults: lr 0\.01, lambda 1 {2}val \d/m,
    );
    assert.match(stdout, /^chosen for colours, tiny, adarand, 100 %: /m);
    const { tried, chosen, runs } = json('searched', 'experiment.json');
    assert.equal(tried.length, 2);
    for (const { run, method, configuration, learning_rate, lambda } of tried) {
      const { test_accuracy } = json('searched', run, 'summary.json');
      assert.equal(test_accuracy, null, 'the test images are left alone');
      assert.ok(!existsSync(inside('searched', run, 'predictions.csv')));
      assert.ok(!existsSync(inside('searched', run, 'model.onnx')));
      if (configuration > 0) assert.notEqual(learning_rate, 0.01);
      assert.equal(lambda > 0, method === 'adarand');
    }
    for (const { method, run } of runs) {
      type Tried = { method: string; configuration: number; val_accuracy: number; val_loss: number };
      const [best] = tried
        .filter((one: Tried) => one.method === method)
        .sort((a: Tried, b: Tried) => b.val_accuracy - a.val_accuracy || a.val_loss - b.val_loss);
      const own = chosen.find((one: Tried) => one.method === method);
      assert.equal(own.configuration, best.configuration);
      const { settings } = json('searched', run, 'run.json');
      assert.deepEqual([settings.learningRate, settings.lambda], [best.learning_rate, best.lambda]);
      assert.notEqual(json('searched', run, 'summary.json').test_accuracy, null);
    }
  });

  test('a file is refused with the line of each mistake, and nothing is written', async () => {
    const refused = async (change: (text: string) => string, ...messages: readonly RegExp[]) => {
      await writeFile(inside('wrong.yaml'), change(yaml));
      const { code, stderr } = await compare('wrong.yaml', '--out', 'none');
      assert.equal(code, 2, stderr);
      for (const message of messages) assert.match(stderr, message);
      assert.ok(!existsSync(inside('none')));
    };
    await refused(
      (text) =>
        text
          .replace('seeds: 1', 'seed: -1')
          .replace('epochs: 1', 'epochs: many')
          .replace('lambda: 0.5', 'lamda: 0.5'),
      /wrong\.yaml:8: seed must be at least 0, not -1/,
      /wrong\.yaml:9: epochs must be a number, not "many"/,
      /wrong\.yaml:5: there is no option lamda\. Did you mean "lambda"\?/,
    );
    // What only the images and the network tell.
    await refused(
      (text) => text.replace('batchSize: 4', 'batchSize: 12').replace('learningRate: 1e30', 'lambda: 3'),
      /wrong\.yaml:7: a batch of 12 cannot be filled from 9 training images/,
    );
    await refused(
      (text) => text.replace('learningRate: 1e30', 'lambda: 3'),
      /wrong\.yaml:6: --lambda 3 changes nothing: fine-tuning has no penalty/,
    );
    await refused(
      (text) => text.replace('options: { alpha: 0.9 }, lambda: 0.5', 'lambda: 0'),
      /wrong\.yaml:5: --lambda 0 leaves out the losses of adarand: it trains as fine-tuning does/,
    );
  });
});
