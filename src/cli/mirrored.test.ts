/** Test-time augmentation, from training to predictions and the exported folder. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { jsonLines, lastLine, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession } from '../../test/helpers/session/session.js';

describe('--tta flip', () => {
  const folder = testFolder(adarandInSession);
  const path = folder.inside;
  const flags = ['--model', 'tiny.onnx', '--no-tensorboard', '--batch-size', '4', '--epochs', '1'];
  const typed = folder.succeeds;

  before(async () => {
    // As large as the network's input: a mirrored file is what the network sees of the mirrored image.
    await writeImages(path('colours'), 10, 16);
    await writeModel(path('tiny.onnx'));
    await typed('train', 'colours', ...flags, '--out', 'plain');
  });

  test('train validates and tests with it, and says and records it; eval with it finds the same', async () => {
    const stdout = await typed('train', 'colours', ...flags, '--tta', 'flip', '--out', 'mirrored');
    assert.match(stdout, /^ {2}.*tta flip/m);
    assert.match(stdout, /^test accuracy .* on \d+ images, each with its mirror image$/m);
    const summary = JSON.parse(await readFile(path('mirrored', 'summary.json'), 'utf8'));
    assert.equal(summary.tta, 'flip');
    const plain = JSON.parse(await readFile(path('plain', 'summary.json'), 'utf8'));
    assert.equal(plain.tta, 'none');
    assert.notEqual(summary.test_loss, plain.test_loss);
    assert.notEqual(summary.val_loss, plain.val_loss);
    const found = lastLine(await typed('eval', 'mirrored', 'colours', '--tta', 'flip', '--json'));
    assert.equal(found.accuracy, summary.test_accuracy);
    assert.ok(Math.abs(Number(found.loss) - summary.test_loss) < 1e-5);
    assert.equal(found.tta, 'flip');
  });

  test('training itself is what it is without', async () => {
    const steps = async (run: string) => {
      const lines = jsonLines(await readFile(path(run, 'metrics.jsonl'), 'utf8'));
      return lines.filter(({ type }) => type === 'step').map(({ loss }) => loss);
    };
    assert.deepEqual(await steps('mirrored'), await steps('plain'));
  });

  test('eval says where a run was tested otherwise', async () => {
    const said = await typed('eval', 'mirrored', 'colours');
    assert.match(
      said,
      /^the run was validated and tested with --tta flip; this evaluation is with --tta none$/m,
    );
    assert.doesNotMatch(said, /each with its mirror image/);
    assert.match(
      await typed('eval', 'plain', 'colours', '--tta', 'flip'),
      /^accuracy .*, each with its mirror image$/m,
    );
    assert.doesNotMatch(await typed('eval', 'plain', 'colours'), /--tta/);
  });

  test('predict gives the mean probabilities of the image and its mirror image', async () => {
    const file = join('colours', 'red', '03.png');
    await sharp(path(file)).flop().toFile(path('mirror.png'));
    const probabilities = async (image: string, ...args: readonly string[]) => {
      const lines = jsonLines(await typed('predict', 'plain', image, '--json', ...args));
      const classes = lines.find(({ type }) => type === 'prediction')?.classes;
      assert.ok(Array.isArray(classes));
      return new Map(classes.map(({ name, probability }) => [String(name), Number(probability)]));
    };
    const own = await probabilities(file);
    const other = await probabilities('mirror.png');
    const both = await probabilities(file, '--tta', 'flip');
    assert.equal(both.size, 3);
    for (const [name, probability] of both) {
      const expected = ((own.get(name) ?? 0) + (other.get(name) ?? 0)) / 2;
      assert.ok(Math.abs(probability - expected) < 1e-6, `${name}: ${probability} for ${expected}`);
    }
    assert.notDeepEqual(own, other);
  });

  test('an exported folder says how its accuracy was measured', async () => {
    await typed('export', 'mirrored', '--to', 'exported', '--web');
    const card = await readFile(path('exported', 'README.md'), 'utf8');
    assert.match(card, / on \d+ test images, each with its mirror image, which were looked at once/);
    const { adarand: notes } = JSON.parse(await readFile(path('exported', 'config.json'), 'utf8'));
    assert.equal(notes.tta, 'flip');
    const page = JSON.parse(await readFile(path('exported', 'web', 'classifier.json'), 'utf8'));
    assert.equal(page.accuracy.tta, 'flip');
  });
});
