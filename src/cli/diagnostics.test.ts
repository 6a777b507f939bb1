/** `train --diagnostics --keep-features`: what is measured and kept of a run, and that the run is the same without. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import { jsonLines, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { classEntropies } from '../analysis/entropy.js';
import { featureNorms } from '../analysis/feature-norms.js';
import { at } from '../errors.js';
import { readJsonLines } from '../files/json-lines.js';
import { readSafetensors } from '../files/safetensors.js';
import { splitMeasures } from '../training/split-measures.js';

const lineSchema = z.object({ split: z.string(), class: z.string() });
const metricsSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

/** Of what a run measures, the times differ from run to run. */
const isTime = (name: string) => /seconds|images_per_second|wait_fraction/.test(name);

describe('what is measured and kept of a run', () => {
  const folder = testFolder();
  const inside = folder.inside;
  // A method whose callback predicts the training images after each epoch.
  const recipe = [
    ...[
      'colours',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--epochs',
      '3',
      '--lr',
      '0.02',
      '--seed',
      '3',
      '--val-fraction',
      '0.3',
    ],
    ...['--method', 'borrowing-treasures', '--source', 'colours', '--option', 'updateEpochs=1', '--json'],
  ];
  const measured = ['--diagnostics', '--keep-features', '0,2,last'];
  const train = (...args: readonly string[]) => adarand(folder.path, 'train', ...recipe, ...args);
  let events: Record<string, unknown>[];
  const epochsOf = async (run: string) =>
    (await readJsonLines(inside(run, 'metrics.jsonl')))
      .map((line) => metricsSchema.parse(line))
      .filter(({ type }) => type === 'epoch');
  const bytes = (...parts: readonly string[]) => readFile(inside(...parts));

  before(async () => {
    await writeImages(inside('colours'), 14);
    await writeModel(inside('tiny.onnx'));
    const { code, stdout, stderr } = await train(...measured, '--out', 'whole');
    assert.equal(code, 0, stderr);
    events = jsonLines(stdout);
  });

  test('each epoch, the linear probe included, has the measures of both splits, by their names', async () => {
    const epochs = await epochsOf('whole');
    assert.equal(epochs.length, 4);
    for (const metrics of epochs) {
      // Three classes have no five likeliest; where every answer is right, no temperature fits.
      for (const split of ['train', 'val'])
        for (const name of splitMeasures)
          if (name !== 'top5_accuracy' && name !== 'ece_calibrated')
            assert.equal(typeof metrics[`${split}_${name}`], 'number', `${split}_${name}`);
      assert.equal(typeof metrics.train_eval_accuracy, 'number');
      assert.ok(!('val_top5_accuracy' in metrics));
      assert.equal(metrics.val_log_loss, metrics.val_loss);
    }
    assert.ok(!('norm_of_mean_feature' in at(epochs, 0)));
    assert.equal(typeof at(epochs, 1).norm_of_mean_feature, 'number');
    assert.deepEqual(
      events.filter(({ type }) => type === 'epoch').map(({ epoch }) => epoch),
      [0, 1, 2, 3],
    );
  });

  test('there is one pass over each split in an epoch: a method is given what was seen already', () => {
    const phases = events.filter(({ type }) => type === 'phase').map(({ phase }) => phase);
    assert.equal(phases.filter((phase) => phase === 'validate').length, 4);
    assert.equal(phases.filter((phase) => phase === 'diagnose').length, 4);
    assert.ok(phases.includes('epoch-callback'));
    const passes = events.filter(({ type, phase }) => type === 'progress' && phase === 'epoch-callback');
    assert.deepEqual(passes, []);
  });

  test('features are kept of the epochs that were named, in the order of images.jsonl, and give the metrics', async () => {
    assert.deepEqual((await readdir(inside('whole/features'))).sort(), [
      'epoch-0.safetensors',
      'epoch-2.safetensors',
      'epoch-3.safetensors',
      'test.safetensors',
    ]);
    const list = (await readJsonLines(inside('whole/images.jsonl'))).map((line) => lineSchema.parse(line));
    const digest = createHash('sha256')
      .update(await bytes('whole/images.jsonl'))
      .digest('hex');
    const epochs = await epochsOf('whole');
    for (const epoch of [0, 2, 3]) {
      const { tensors, metadata } = await readSafetensors(
        inside(`whole/features/epoch-${epoch}.safetensors`),
      );
      const classes = z.array(z.string()).parse(JSON.parse(metadata.classes ?? ''));
      assert.deepEqual([metadata.epoch, metadata.images_sha256], [String(epoch), digest]);
      for (const split of ['train', 'val']) {
        const [features, labels] = [tensors.get(`${split}_features`), tensors.get(`${split}_labels`)];
        assert.ok(features?.dtype === 'float32' && labels?.dtype === 'int32');
        const [n = 0, d = 0] = features.shape;
        assert.deepEqual(
          Array.from(labels.data, (label) => classes[label]),
          list.filter((line) => line.split === split).map((line) => line.class),
        );
        const { normOfMean } = featureNorms(features.data, n, d);
        const { entropy, mutualInformation } = classEntropies(features.data, labels.data, n, d);
        for (const [name, value] of Object.entries({
          norm_of_mean_feature: normOfMean,
          entropy,
          mutual_information: mutualInformation,
        }))
          assert.ok(Math.abs(Number(epochs[epoch]?.[`${split}_${name}`]) - value) < 1e-4, `${split} ${name}`);
      }
    }
  });

  test('the test images have the same measures in summary.json, with a table of the classes', async () => {
    const summary = JSON.parse(String(await bytes('whole/summary.json')));
    const { tensors, metadata } = await readSafetensors(inside('whole/features/test.safetensors'));
    assert.equal(metadata.epoch, String(summary.best_epoch));
    assert.deepEqual(tensors.get('test_features')?.shape, [9, 64]);
    for (const name of splitMeasures) assert.ok(name in summary.diagnostics, name);
    assert.equal(summary.diagnostics.log_loss, summary.test_loss);
    assert.deepEqual(
      summary.diagnostics.classes.map(({ name, images }: { name: string; images: number }) => [name, images]),
      [
        ['blue', 3],
        ['green', 3],
        ['red', 3],
      ],
    );
  });

  test('killed and resumed, a run has the same metrics and features, bit for bit', async () => {
    const running = start(folder.path, 'train', ...recipe, ...measured, '--out', 'killed');
    await running.line(/"type":"epoch","epoch":2/);
    process.kill(Number.parseInt(String(await bytes('killed/.lock')), 10), 'SIGKILL');
    await running.ended;
    const resumed = await adarand(folder.path, 'train', '--resume', 'killed', '--json');
    assert.equal(resumed.code, 0, resumed.stderr);
    for (const file of await readdir(inside('whole/features')))
      assert.ok((await bytes('whole/features', file)).equals(await bytes('killed/features', file)), file);
    const comparable = async (run: string) =>
      (await epochsOf(run)).map((metrics) =>
        Object.fromEntries(Object.entries(metrics).filter(([name]) => !isTime(name))),
      );
    assert.deepEqual(await comparable('killed'), await comparable('whole'));
    const diagnostics = async (run: string) =>
      JSON.parse(String(await bytes(run, 'summary.json'))).diagnostics;
    assert.deepEqual(await diagnostics('killed'), await diagnostics('whole'));
  });

  test('a run that has only its end to do keeps the features of its last epoch, too', async () => {
    await rm(inside('killed/features'), { recursive: true });
    await rm(inside('killed/summary.json'));
    const { code, stderr } = await adarand(folder.path, 'train', '--resume', 'killed');
    assert.equal(code, 0, stderr);
    for (const file of ['epoch-3.safetensors', 'test.safetensors'])
      assert.ok((await bytes('whole/features', file)).equals(await bytes('killed/features', file)), file);
  });

  test('made longer, a run keeps its new last epoch, and the test features of what is tested then', async () => {
    const { code, stderr } = await adarand(folder.path, 'train', '--resume', 'killed', '--epochs', '4');
    assert.equal(code, 0, stderr);
    assert.deepEqual((await readdir(inside('killed/features'))).sort(), [
      'epoch-3.safetensors',
      'epoch-4.safetensors',
      'test.safetensors',
    ]);
    const { metadata } = await readSafetensors(inside('killed/features/test.safetensors'));
    const { best_epoch: best } = JSON.parse(String(await bytes('killed/summary.json')));
    assert.equal(metadata.epoch, String(best));
    assert.equal((await epochsOf('killed')).length, 5);
  });

  test('without, the run is the same, bit for bit, and has neither', async () => {
    assert.equal((await train('--out', 'plain')).code, 0);
    assert.ok((await bytes('plain/model.onnx')).equals(await bytes('whole/model.onnx')));
    assert.equal(JSON.parse(String(await bytes('plain/summary.json'))).diagnostics, null);
    assert.ok(!(await readdir(inside('plain'))).includes('features'));
    assert.ok(!Object.keys(at(await epochsOf('plain'), 1)).some((name) => name.startsWith('train_')));
  });

  test('epochs that the run does not have are refused before training, and what are no epochs', async () => {
    const { code, stderr } = await train('--keep-features', '0,4,last', '--out', 'refused');
    assert.equal(code, 2);
    assert.match(stderr, /--keep-features 0,4,last: there is no epoch 4, the run ends with epoch 3/);
    assert.ok(!(await readdir(folder.path)).includes('refused'));
    const nonsense = await train('--keep-features', 'first');
    assert.match(nonsense.stderr, /--keep-features must be all, or epochs .* not \\?"first/);
  });
});
