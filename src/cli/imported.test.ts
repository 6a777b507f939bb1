import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { classTokenFile, encoderFile } from '../../test/helpers/class-token.js';
import { classifierFile } from '../../test/helpers/classifier-file.js';
import { lastLine, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { splitOnnx } from '../../test/helpers/external-data.js';
import { openClipModel } from '../../test/helpers/hub-models.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { onnxFile } from '../../test/helpers/onnx-fixtures.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { decodeOnnx } from '../models/onnx-import/decode.js';
import { openModel } from '../models/open.js';

describe('imported networks are trained, exported and used', () => {
  const folder = testFolder();
  before(async () => {
    await writeImages(join(folder.path, 'colours'), 6);
  });

  /** Trains on the file; returns the stored tensors before and after, by name. */
  const train = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder.path, `${name}.onnx`), bytes);
    const args = ['colours', '--model', `${name}.onnx`, '--no-tensorboard', '--epochs', '1', '--out', name];
    const trained = await adarand(folder.path, 'train', ...args);
    assert.equal(trained.code, 0, trained.stderr);
    assert.doesNotMatch(trained.stdout, /the loss does not depend on/);
    const predicted = await adarand(folder.path, 'predict', name, 'colours/red/00.png');
    assert.equal(predicted.code, 0, predicted.stderr);
    const written = await readFile(join(folder.path, name, 'model.onnx'));
    return {
      before: decodeOnnx(bytes, name).constants,
      after: decodeOnnx(written, name).constants,
    };
  };

  for (const batch of ['batch', 1])
    test(`a class token and positions move, in a file for ${batch} images`, async () => {
      const { before, after } = await train(`vit-${batch}`, classTokenFile(batch));
      for (const name of ['token', 'positions', 'patch.w']) {
        assert.ok(after.has(name), name);
        assert.notDeepEqual(after.get(name)?.data, before.get(name)?.data, name);
      }
    });

  test('a network for pictures that no memory holds is refused with both figures, and the hint works', async () => {
    await writeFile(join(folder.path, 'vast.onnx'), classifierFile({ side: 1_000_000 }));
    const args = [
      'train',
      'colours',
      '--model',
      'vast.onnx',
      '--no-tensorboard',
      '--max-steps',
      '1',
      '--out',
      'vast',
    ];
    const { code, stderr } = await adarand(folder.path, ...args);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: one batch takes at least \d{4,} GB of memory, and there can be [\d.]+ GB\nhint: Choose a smaller --image-size/,
    );
    assert.equal((await adarand(folder.path, ...args, '--image-size', '16')).code, 0);
  });

  test('weights called as what a run keeps beside a weight are, with a frozen copy, too', async () => {
    const names = {
      'conv.w': 'a',
      'conv.b': 'a:velocity',
      'bn.s': 'a:ema',
      'bn.b': 'a:collected',
      'bn.m': 'pretrained:a',
      'hidden.b': 'next:a',
    };
    const bytes = classifierFile({ names });
    await writeFile(join(folder.path, 'names.onnx'), bytes);
    const args = ['--method', 'delta', '--epochs', '1', '--ema-decay', '0.5', '--accumulate', '2', '--json'];
    const once = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'names.onnx',
      '--no-tensorboard',
      ...args,
      '--out',
      'n',
    );
    assert.equal(once.code, 0, once.stderr);
    // The same network under its usual names ends in the same numbers.
    await writeFile(join(folder.path, 'usual.onnx'), classifierFile());
    const usual = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'usual.onnx',
      '--no-tensorboard',
      ...args,
      '--out',
      'u',
    );
    assert.equal(usual.code, 0, usual.stderr);
    const { val_loss } = lastLine(once.stdout);
    assert.equal(typeof val_loss, 'number');
    assert.equal(val_loss, lastLine(usual.stdout).val_loss);
  });

  test('weights called as the inputs of a step are', async () => {
    const weights = (seed: number, ...shape: number[]) => tensorOf({ shape, seed, scale: 1, offset: 0 });
    const file = onnxFile({
      nodes: [
        { type: 'Conv', inputs: ['x', 'pixels', 'labels'], outputs: ['c'] },
        { type: 'Relu', inputs: ['c'], outputs: ['r'] },
        { type: 'GlobalAveragePool', inputs: ['r'], outputs: ['p'] },
        { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
        { type: 'Gemm', inputs: ['f', 'head.weight'], outputs: ['z'] },
      ],
      initializers: {
        pixels: weights(1, 4, 3, 3, 3),
        labels: weights(2, 4),
        'head.weight': weights(3, 4, 2),
      },
      inputs: { x: ['batch', 3, 16, 16] },
      outputs: ['z'],
    });
    const { before, after } = await train('named', file);
    assert.notDeepEqual(after.get('weights.pixels')?.data, before.get('pixels')?.data);
    assert.notDeepEqual(after.get('weights.labels')?.data, before.get('labels')?.data);
  });

  test('an image tower of CLIP is trained together with its projection', async () => {
    const model = join(folder.path, 'clip');
    await mkdir(model);
    for (const [name, content] of Object.entries(await openClipModel()))
      await writeFile(join(model, name), content);
    const trained = await adarand(
      folder.path,
      ...['train', 'colours', '--model', 'clip', '--no-tensorboard', '--epochs', '1', '--out', 'tuned'],
    );
    assert.equal(trained.code, 0, trained.stderr);
    const predicted = await adarand(folder.path, 'predict', 'tuned', 'colours/red/00.png');
    assert.equal(predicted.code, 0, predicted.stderr);
    const own = (await openModel(model)).parameters.get('projection.weight')?.tensor;
    const written = decodeOnnx(await readFile(join(folder.path, 'tuned', 'model.onnx')), 'tuned').constants;
    assert.notDeepEqual(written.get('projection.weight')?.data, own?.data);
    assert.equal(own?.data.length, written.get('projection.weight')?.data.length);
  });

  test('a file whose images influence each other is refused before training, and leaves nothing behind', async () => {
    const weights = (seed: number, ...shape: number[]) => tensorOf({ shape, seed, scale: 1, offset: 0 });
    const file = onnxFile({
      nodes: [
        { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['c'] },
        { type: 'GlobalAveragePool', inputs: ['c'], outputs: ['p'] },
        { type: 'ReduceMean', inputs: ['p'], outputs: ['mean'], attributes: { axes: [0], keepdims: 1 } },
        { type: 'Sub', inputs: ['p', 'mean'], outputs: ['s'] },
        { type: 'Flatten', inputs: ['s'], outputs: ['f'] },
        { type: 'Gemm', inputs: ['f', 'weight'], outputs: ['z'] },
      ],
      initializers: { kernel: weights(1, 4, 3, 3, 3), weight: weights(2, 4, 2) },
      inputs: { x: ['batch', 3, 16, 16] },
      outputs: ['z'],
    });
    await writeFile(join(folder.path, 'mixing.onnx'), file);
    const args = [
      'colours',
      '--model',
      'mixing.onnx',
      '--no-tensorboard',
      '--epochs',
      '1',
      '--out',
      'mixing',
    ];
    const { code, stderr } = await adarand(folder.path, 'train', ...args);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /mixing\.onnx is not understood: element 0 of "z" for random image 1 of 2 is 0\.000 by/,
    );
    assert.ok(!existsSync(join(folder.path, 'mixing')));
  });

  test('a file without a head trains on the value that is named, as the hint says, and is used like any other', async () => {
    const weights = (seed: number, ...shape: number[]) => tensorOf({ shape, seed, scale: 1, offset: 0 });
    const file = onnxFile({
      nodes: [
        { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['c'] },
        { type: 'Relu', inputs: ['c'], outputs: ['maps'] },
      ],
      initializers: { kernel: weights(1, 4, 3, 3, 3) },
      inputs: { x: ['batch', 3, 16, 16] },
      outputs: ['maps'],
    });
    await writeFile(join(folder.path, 'headless.onnx'), file);
    const args = [
      'train',
      'colours',
      '--model',
      'headless.onnx',
      '--no-tensorboard',
      '--epochs',
      '1',
      '--out',
      'headless',
    ];
    const refused = await adarand(folder.path, ...args);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /does not end in a linear classifier/);
    assert.match(refused.stderr, /\nhint: .*--features NAME/);
    const trained = await adarand(folder.path, ...args, '--features', 'maps');
    assert.equal(trained.code, 0, trained.stderr);
    const record = JSON.parse(await readFile(join(folder.path, 'headless', 'run.json'), 'utf8'));
    assert.equal(record.options.features, 'maps');
    const predicted = await adarand(folder.path, 'predict', 'headless', 'colours/red/00.png');
    assert.equal(predicted.code, 0, predicted.stderr);
    const { code, stderr } = await adarand(folder.path, 'inspect', 'sample', '--features', 'maps');
    assert.equal(code, 2);
    assert.match(stderr, /Leave `features` \(--features\) out/);
  });

  test('of a file with two heads, --logits takes the one that is named, in train and inspect', async () => {
    const weights = (seed: number, ...shape: number[]) => tensorOf({ shape, seed, scale: 1, offset: 0 });
    const file = onnxFile({
      nodes: [
        { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['c'] },
        { type: 'GlobalAveragePool', inputs: ['c'], outputs: ['p'] },
        { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
        { type: 'Gemm', inputs: ['f', 'few', 'few.bias'], outputs: ['coarse'] },
        { type: 'Relu', inputs: ['f'], outputs: ['r'] },
        { type: 'Gemm', inputs: ['r', 'many', 'many.bias'], outputs: ['fine'] },
      ],
      initializers: {
        kernel: weights(1, 4, 3, 3, 3),
        few: weights(2, 4, 2),
        'few.bias': weights(3, 2),
        many: weights(4, 4, 5),
        'many.bias': weights(5, 5),
      },
      inputs: { x: ['batch', 3, 16, 16] },
      outputs: ['coarse', 'fine'],
    });
    await writeFile(join(folder.path, 'two-heads.onnx'), file);
    const inspected = async (...options: readonly string[]) =>
      adarand(folder.path, 'inspect', 'two-heads.onnx', ...options);
    const { stdout } = await inspected();
    assert.match(stdout, /\nfeatures +f\n/);
    assert.match(stdout, /\nclasses +2\n/);
    for (const options of [
      ['--logits', 'fine'],
      ['--logits', 'fine', '--features', 'r'],
    ]) {
      const { code, stdout } = await inspected(...options);
      assert.equal(code, 0);
      assert.match(stdout, /\nfeatures +r\nhead +gives fine\n/);
      assert.match(stdout, /\nclasses +5\n/);
    }
    const args = [
      'train',
      'colours',
      '--model',
      'two-heads.onnx',
      '--no-tensorboard',
      '--epochs',
      '1',
      '--out',
    ];
    const trained = await adarand(folder.path, ...args, 'fine', '--method', 'co-tuning', '--logits', 'fine');
    assert.equal(trained.code, 0, trained.stderr);
    const record = JSON.parse(await readFile(join(folder.path, 'fine', 'run.json'), 'utf8'));
    assert.equal(record.options.logits, 'fine');
    const longer = await adarand(folder.path, 'train', '--resume', 'fine', '--epochs', '2');
    assert.equal(longer.code, 0, longer.stderr);

    const refused = async (message: RegExp, ...options: readonly string[]) => {
      const { code, stderr } = await adarand(folder.path, ...args, 'refused', ...options);
      assert.equal(code, 2);
      assert.match(stderr, message);
    };
    await refused(/"r" does not come from a linear classifier, but from Relu/, '--logits', 'r');
    await refused(
      /computes no value "logits"\nhint: .*one of its outputs: coarse, fine\./,
      '--logits',
      'logits',
    );
    await refused(/"fine" reads "r", not "f"/, '--logits', 'fine', '--features', 'f');
    await refused(/not "fine"\. It says how the new head begins; --logits names what/, '--head', 'fine');
    const tensors = await adarand(folder.path, 'inspect', 'sample', '--logits', 'fine');
    assert.equal(tensors.code, 2);
    assert.match(tensors.stderr, /Leave `logits` \(--logits\) out/);
  });

  test('an encoder of tokens trains on its class token, which is said, by methods that need no classifier of its own', async () => {
    await writeFile(join(folder.path, 'encoder.onnx'), encoderFile('batch'));
    const args = [
      'train',
      'colours',
      '--model',
      'encoder.onnx',
      '--no-tensorboard',
      '--epochs',
      '1',
      '--out',
    ];
    const trained = await adarand(folder.path, ...args, 'encoder');
    assert.equal(trained.code, 0, trained.stderr);
    const said =
      /it has no classifier of its own: the features are the first of its tokens, which is a class token, "last_hidden_state" \[5,8\] \(--features NAME takes another value\)/;
    assert.match(trained.stdout, new RegExp(`^model: ${said.source}\n`));
    const predicted = await adarand(folder.path, 'predict', 'encoder', 'colours/red/00.png');
    assert.equal(predicted.code, 0, predicted.stderr);
    const refused = await adarand(folder.path, ...args, 'co-tuning', '--method', 'co-tuning');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /co-tuning needs the classifier that the network was pretrained with/);
    const inspected = await adarand(folder.path, 'inspect', 'encoder.onnx');
    assert.equal(inspected.code, 0);
    assert.match(inspected.stdout, /\nhead +none\n/);
    assert.match(inspected.stdout, new RegExp(`\nnote: ${said.source}\n`));
  });

  test('weights in a file beside are read, and are part of the fingerprint by which a run knows its model', async () => {
    const at = folder.inside;
    await writeModel(at('whole.onnx'));
    const { model, data } = splitOnnx(await readFile(at('whole.onnx')), 'split.onnx.data');
    await writeFile(at('split.onnx'), model);
    const args = (file: string) => [
      'train',
      'colours',
      '--model',
      file,
      '--no-tensorboard',
      '--epochs',
      '2',
      '--out',
      `run-${file}`,
    ];

    const missing = await adarand(folder.path, ...args('split.onnx'));
    assert.equal(missing.code, 2);
    assert.match(
      missing.stderr,
      /split\.onnx keeps the tensor ".+" in "split\.onnx\.data", and there is no /,
    );

    await writeFile(at('split.onnx.data'), data);
    const fingerprint = async (file: string) => {
      const trained = await adarand(folder.path, ...args(file));
      assert.equal(trained.code, 0, trained.stderr);
      return JSON.parse(await readFile(at(`run-${file}`, 'run.json'), 'utf8')).model.fingerprint;
    };
    const [split, whole] = [await fingerprint('split.onnx'), await fingerprint('whole.onnx')];
    assert.equal(split, whole);

    const middle = data.length >> 1;
    await writeFile(at('changed.onnx'), model);
    await writeFile(
      at('split.onnx.data'),
      data.map((byte, i) => (i === middle ? byte ^ 1 : byte)),
    );
    assert.notEqual(await fingerprint('changed.onnx'), whole);
  });
});
