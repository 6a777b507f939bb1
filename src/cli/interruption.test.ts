/** Signals that end a program, and what it says of them. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';

describe('a run that is asked to stop', { skip: process.platform === 'win32' && 'no signals' }, () => {
  const { path, inside } = testFolder();

  before(async () => {
    await writeImages(inside('colours'), 8);
    await writeModel(inside('tiny.onnx'));
  });

  for (const [signal, code, again] of [
    ['SIGINT', 130, 'press Ctrl-C again'],
    ['SIGTERM', 143, 'send the signal again'],
  ] as const)
    test(`by ${signal} ends with ${code}, and says how to stop at once`, async () => {
      const flags = ['--model', 'tiny.onnx', '--no-tensorboard', '--epochs', '400', '--out', signal];
      const running = start(path, 'train', 'colours', ...flags);
      await running.line(/^epoch +1/);
      running.process.kill(signal);
      const ended = await running.ended;
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, new RegExp(`^stopping at the next step; ${again} to stop at once$`, 'm'));
      assert.match(ended.stderr, /^stopped after step \d+, with a checkpoint$/m);
    });
});
