import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import sharp from 'sharp';
import { z } from 'zod';
import {
  adarand,
  classNames,
  jsonLines,
  lastLine,
  testFolder,
  writeImages,
  writeModel,
} from '../../test/helpers/cli.js';
import { eventsOf, otherValuesOf, scalarsOf } from '../../test/helpers/tensorboard-events.js';
import { wilsonInterval } from '../analysis/statistics.js';
import { readJsonLines } from '../files/json-lines.js';
import { HParamsPluginDataSchema } from '../run/tensorboard/tensorboard_pb.js';

describe('from a folder of images to a classifier', () => {
  const folder = testFolder();
  let summary: Record<string, unknown>;
  const json = async (path: string) => JSON.parse(await readFile(join(folder.path, path), 'utf8'));

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 14);
    await writeModel(join(folder.path, 'tiny.onnx'));
    const flags = ['--epochs', '4', '--lr', '0.05', '--log-every', '2'];
    const { code, stdout, stderr } = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      ...flags,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^colours: 3 classes, 30 train \/ 3 val \/ 9 test images/m);
    assert.match(
      stdout,
      /this test set has 9 images: accuracy will be known to ±27\.3 points \(95 %\) at worst/,
    );
    assert.match(stdout, /test accuracy \d+\.\d % \(95 %: \d+(\.\d)? to \d+(\.\d)?\) on 9 images/);
    assert.match(stdout, /next: adarand predict runs\/colours-tiny-adarand-1/);
    assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u, 'control characters in a pipe');
    summary = await json('runs/colours-tiny-adarand-1/summary.json');
  });

  test('the summary says how good the classifier is and what it cost', () => {
    assert.ok(Number(summary.test_accuracy) >= 0.8, `test accuracy ${summary.test_accuracy}`);
    const { low, high } = wilsonInterval(Math.round(Number(summary.test_accuracy) * 9), 9);
    assert.deepEqual(summary.test_interval, [low, high]);
    assert.ok(Number(summary.val_accuracy) >= 0 && Number(summary.val_accuracy) <= 1);
    assert.ok([0, 1, 2, 3, 4].includes(Number(summary.best_epoch)));
    assert.equal(summary.classes, 3);
    assert.ok(Number(summary.seconds_per_epoch) > 0 && Number(summary.seconds_per_epoch) < 60);
    assert.ok(Number(summary.peak_memory_bytes) > 20e6 && Number(summary.peak_memory_bytes) < 4e9);
    const convolutions = 9 * (3 * 16 + 2 * 16 ** 2 + 16 * 32 + 32 ** 2 + 32 * 64 + 64 ** 2);
    const norms = 2 * (3 * 16 + 2 * 32 + 2 * 64);
    assert.equal(summary.parameters, convolutions + norms + 64 * 3 + 3);
  });

  test('run.json holds what is needed to repeat the run', async () => {
    const record = await json('runs/colours-tiny-adarand-1/run.json');
    assert.equal(record.options.data, join(folder.path, 'colours'));
    assert.equal(record.options.learningRate, 0.05);
    assert.equal(record.settings.batchSize, 4);
    const { lambda, effectiveLambda, featureMeanSquare } = record.settings;
    assert.equal(effectiveLambda, lambda * (0.25 / featureMeanSquare));
    assert.deepEqual(record.data.classes, classNames);
    assert.equal(record.methodFile, null);
    assert.equal(record.machine.node, process.versions.node);
    assert.ok(record.machine.versions['onnxruntime-node'].includes('.'));
  });

  test('the event file for TensorBoard has the numbers of metrics.jsonl', async () => {
    const run = join(folder.path, 'runs/colours-tiny-adarand-1');
    const events = await eventsOf(run);
    const shown = scalarsOf(events);
    const lines = jsonLines(await readFile(join(run, 'metrics.jsonl'), 'utf8'));
    const expected = lines.flatMap(({ step, type, epoch: _, best: __, unix_seconds, ...metrics }) => {
      assert.ok(Number(unix_seconds) > 1.7e9);
      return Object.entries(metrics).map(([name, value]) => ({
        step,
        tag:
          type === 'step'
            ? `train/${name}`
            : name === 'validation_seconds'
              ? 'val/seconds'
              : name.replace(/^(?!val_)/, 'train_epoch/').replace(/^val_/, 'val/'),
        value: Math.fround(Number(value)),
      }));
    });
    assert.deepEqual(
      shown.filter(({ tag }) => !tag.startsWith('test/')),
      expected,
    );
    const { test_accuracy: tested, steps } = JSON.parse(await readFile(join(run, 'summary.json'), 'utf8'));
    assert.deepEqual(
      shown.find(({ tag }) => tag === 'test/accuracy'),
      { step: steps, tag: 'test/accuracy', value: Math.fround(tested) },
    );
    const [first, picture, features, last] = otherValuesOf(events);
    assert.equal(first?.tag, '_hparams_/session_start_info');
    const { data } = fromBinary(
      HParamsPluginDataSchema,
      first.metadata?.pluginData?.content ?? new Uint8Array(),
    );
    assert.ok(data.case === 'sessionStartInfo');
    const { method, learning_rate, 'option.alpha': alpha } = data.value.hparams;
    assert.deepEqual(method?.kind, { case: 'stringValue', value: 'adarand' });
    assert.equal(learning_rate?.kind.case, 'numberValue');
    assert.deepEqual(alpha?.kind, { case: 'numberValue', value: 0.5 });
    assert.equal(picture?.tag, 'test/confusion');
    assert.ok(picture.value.case === 'image');
    const { width, height, format } = await sharp(picture.value.value.encodedImageString).metadata();
    assert.deepEqual(
      { width, height },
      { width: picture.value.value.width, height: picture.value.value.height },
    );
    assert.equal(format, 'png');
    assert.equal(features?.tag, 'val/features');
    assert.equal(features.value.case, 'image');
    assert.equal(last?.tag, '_hparams_/session_end_info');
  });

  test('metrics.jsonl has a line per epoch and per logged step', async () => {
    const lines = await readJsonLines(join(folder.path, 'runs/colours-tiny-adarand-1/metrics.jsonl'));
    const of = (type: string) => lines.filter((line) => JSON.stringify(line).includes(`"type":"${type}"`));
    assert.equal(of('epoch').length, 5, 'and one for the linear probe');
    assert.equal(of('step').length, 1 + 28 / 2);
    const [start, ...trained] = lines;
    assert.match(JSON.stringify(start), /^\{"type":"epoch","epoch":0,"step":0,.*"val_accuracy":/);
    for (const line of trained) {
      assert.ok(typeof line === 'object' && line !== null);
      for (const name of [
        'loss',
        'penalty',
        'learning_rate',
        'images_per_second',
        'norm_of_mean_feature',
        'head_gradient_norm',
      ])
        assert.ok(name in line, `${name} is missing`);
    }
  });

  test('eval on the same folder takes the same test images and finds the same accuracy', async () => {
    const { code, stdout } = await adarand(
      folder.path,
      'eval',
      'runs/colours-tiny-adarand-1',
      'colours',
      '--json',
    );
    assert.equal(code, 0);
    const result = lastLine(stdout);
    assert.equal(result.split, 'test');
    assert.equal(result.images, 9);
    assert.equal(result.accuracy, summary.test_accuracy);
    assert.deepEqual(result.interval, summary.test_interval);
    assert.ok(Math.abs(Number(result.loss) - Number(summary.test_loss)) < 1e-5);
  });

  test('eval on another folder takes all of its images', async () => {
    await writeImages(join(folder.path, 'more'), 4, 24, 50);
    const { stdout } = await adarand(folder.path, 'eval', 'runs/colours-tiny-adarand-1', 'more', '--json');
    assert.equal(lastLine(stdout).images, 12);
    assert.deepEqual(lastLine(stdout).overlap, {
      trained: 0,
      validated: 0,
      left_out: true,
      tested: 0,
      near: [],
      unused: 0,
    });
  });

  test('eval answers for what a folder has: one class, test images alone, an empty class', async () => {
    const evaluate = async (data: string, ...args: readonly string[]) =>
      adarand(folder.path, 'eval', 'runs/colours-tiny-adarand-1', data, '--json', ...args);
    const of = async (data: string) => {
      const { code, stdout, stderr } = await evaluate(data);
      assert.equal(code, 0, stderr);
      const { split, images, accuracy, classes } = lastLine(stdout);
      return { split, images, accuracy, classes };
    };
    await writeImages(join(folder.path, 'whole'), 4, 24, 60);
    const copy = (from: string, to: string) =>
      cp(join(folder.path, 'whole', from), join(folder.path, to), { recursive: true });
    await copy('red', 'single/red');
    await copy('red', 'only-test/test/red');
    await copy('blue', 'only-test/test/blue');
    await copy('red', 'with-empty/red');
    await copy('blue', 'with-empty/blue');
    await mkdir(join(folder.path, 'with-empty/green'));
    const { classes } = await of('whole');
    const rows = z
      .array(z.object({ name: z.string(), images: z.number(), accuracy: z.number() }))
      .parse(classes);
    const [blue, , red] = rows;
    assert.ok(blue && red);
    const both = { images: 8, accuracy: (blue.accuracy + red.accuracy) / 2, classes: [blue, red] };
    assert.deepEqual(await of('single'), {
      split: 'test',
      images: 4,
      accuracy: red.accuracy,
      classes: [red],
    });
    assert.deepEqual(await of('only-test'), { split: 'test', ...both });
    assert.deepEqual(await of('with-empty'), { split: 'test', ...both });
    const none = await evaluate('only-test', '--split', 'train');
    assert.equal(none.code, 2);
    assert.match(none.stderr, /only-test has no images to evaluate in its train split/);
  });

  test('eval refuses a class that was not trained', async () => {
    await writeImages(join(folder.path, 'odd'), 3);
    await rename(join(folder.path, 'odd/red'), join(folder.path, 'odd/reds'));
    const { code, stderr } = await adarand(folder.path, 'eval', 'runs/colours-tiny-adarand-1', 'odd');
    assert.equal(code, 2);
    assert.match(stderr, /odd has a class "reds" that the run was not trained on\. Did you mean "red"\?/);
  });

  test('export writes a folder that training opens again', async () => {
    const exported = await adarand(folder.path, 'export', 'runs/colours-tiny-adarand-1', '--to', 'shipped');
    assert.equal(exported.code, 0, exported.stderr);
    assert.match(exported.stdout, /pipeline\('image-classification', '\.\/shipped'\)\n/);
    assert.deepEqual(Object.values((await json('shipped/config.json')).id2label), classNames);
    const again = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'shipped',
      '--max-steps',
      '1',
      '--out',
      'again',
      '--method',
      'fine-tuning',
    );
    assert.equal(again.code, 0, again.stderr);
    assert.equal((await json('again/summary.json')).steps, 1);
  });

  test('with --json, stdout is JSON lines and nothing else', async () => {
    const flags = ['--max-steps', '2', '--out', 'lines', '--json'];
    const { stdout, stderr } = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      ...flags,
    );
    const types = jsonLines(stdout).map(({ type }) => type);
    for (const type of ['phase', 'data', 'run', 'step', 'epoch', 'test', 'result'])
      assert.ok(types.includes(type), type);
    assert.equal(stderr, '');
  });
});
