import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { classifierFile } from '../../test/helpers/classifier-file.js';
import { lastLine, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { float32 } from '../graph/tensor.js';

describe('a run that diverges', () => {
  const folder = testFolder();
  const train = (...args: readonly string[]) => adarand(folder.path, 'train', ...args);
  const begin = (out: string, ...args: readonly string[]) =>
    train('colours', '--model', 'tiny.onnx', '--no-tensorboard', '--out', out, ...args);

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 6);
    await writeModel(join(folder.path, 'tiny.onnx'));
  });

  test('ends with its step, and a hint that leads to a run that does not diverge', async () => {
    const { code, stderr } = await begin('many', '--lr', '1e12');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: the loss became NaN at step \d+\nhint: Start a new run with a smaller --learning-rate than 1000000000000 .*\n$/,
    );
    assert.equal((await train('--resume', 'many')).stderr, stderr);
    assert.equal((await begin('smaller', '--learning-rate', '0.01', '--max-steps', '2')).code, 0);
  });

  test('before it began, has a model whose features are not finite: they are named', async () => {
    const large = { 'bn.s': float32([4], [1e30, 1e30, 1e30, 1e30]) };
    const weights = { ...large, 'hidden.w': float32([4, 6], new Float32Array(24).fill(3e38)) };
    await writeFile(join(folder.path, 'huge.onnx'), classifierFile({ weights }));
    const { code, stderr } = await train(
      'colours',
      '--model',
      'huge.onnx',
      '--no-tensorboard',
      '--out',
      'never',
    );
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: huge\.onnx: feature \d of colours\/(blue|green|red)\/\d\d\.png is (NaN|-?Infinity)\nhint: The model is damaged/,
    );
    assert.ok(!existsSync(join(folder.path, 'never')));
  });

  test('is found by the validation images if the last step was too far', async () => {
    const { code, stdout, stderr } = await begin('one', '--lr', '1e30', '--max-steps', '1', '--json');
    assert.equal(code, 2);
    assert.match(stderr, /^error: the loss on the validation images is (NaN|Infinity) after step 1\nhint: /);
    assert.equal(lastLine(stdout).code, 'training.diverged');
  });

  test('leaves no network where there are no images to find it by', async () => {
    const none = ['--val-fraction', '0', '--test-fraction', '0'];
    const { code, stderr } = await begin('blind', '--lr', '1e40', '--max-steps', '1', ...none);
    assert.equal(code, 2);
    assert.match(stderr, /^error: \S+ is not finite at the end of training\nhint: Start a new run/);
    assert.ok(!existsSync(join(folder.path, 'blind/summary.json')));
  });

  test('and was not found is found when its network is used', async () => {
    const none = ['--val-fraction', '0', '--test-fraction', '0'];
    assert.equal((await begin('huge', '--lr', '1e30', '--max-steps', '1', ...none)).code, 0);
    const evaluated = await adarand(folder.path, 'eval', 'huge', 'colours', '--split', 'train');
    assert.equal(evaluated.code, 2);
    assert.match(
      evaluated.stderr,
      /^error: the network's outputs for 18 of 18 images are not finite\nhint: Start/,
    );
    const predicted = await adarand(folder.path, 'predict', 'huge', 'colours/red/00.png');
    assert.equal(predicted.code, 1);
    assert.doesNotMatch(predicted.stdout, /png/);
    assert.match(predicted.stderr, /^colours\/red\/00\.png cannot be classified: .* not finite\nhint: Start/);
  });
});
