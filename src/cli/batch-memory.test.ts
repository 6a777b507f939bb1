/** WebAssembly can have 4 GiB on every machine. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';

describe('a batch that takes more memory than there is', () => {
  const folder = testFolder();
  const flags = [
    '--model',
    'tiny.onnx',
    '--no-tensorboard',
    '--device',
    'wasm',
    '--method',
    'fine-tuning',
    '--head',
    'random',
  ];

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 70);
    await writeModel(join(folder.path, 'tiny.onnx'));
  });

  /** What is said before training, which does not begin: the warm-up is too long. */
  async function said(...args: readonly string[]): Promise<string> {
    const { code, stdout } = await adarand(
      folder.path,
      'train',
      'colours',
      ...flags,
      ...args,
      '--warm-up',
      '9999',
    );
    assert.equal(code, 2);
    return stdout;
  }

  test('is halved until it fits, and that is said with how to get updates of as many images', async () => {
    assert.match(
      await said('--image-size', '512'),
      /^a batch has 8 images, not 32: by an estimate, a step of 32 takes \d+\.\d GB of memory, and there are 4\.3 GB; with --accumulate 4, an update is of as many$/m,
    );
  });

  test('stays where it was given, with a remark', async () => {
    assert.match(
      await said('--image-size', '256', '--batch-size', '128'),
      /^--batch-size 128 may be too much: by an estimate, a step of 128 takes \d+\.\d GB of memory, and there are 4\.3 GB; --batch-size 32 --accumulate 4 takes \d\.\d GB$/m,
    );
  });

  test('is not spoken of where it fits', async () => {
    const { code, stdout, stderr } = await adarand(
      folder.path,
      'train',
      'colours',
      ...flags,
      '--epochs',
      '1',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /batch size 32/);
    assert.doesNotMatch(stdout, /GB/);
  });
});
