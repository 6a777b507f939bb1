import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type Ended, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { Interrupted } from '../../test/helpers/interrupted.js';

const data = [
  '../colours',
  '--model',
  '../tiny.onnx',
  '--no-tensorboard',
  '--epochs',
  '1',
  '--method',
  'fine-tuning',
];
const training = ['train', ...data, '--out', 'run'];
const predicting = ['predict', 'run', '../colours/red/00.png'];

describe('what a message advises works when it is typed', () => {
  const folder = testFolder();
  let commands: Interrupted;
  let changes: readonly string[] = [];

  before(async () => {
    commands = new Interrupted(folder.path);
    await writeImages(join(folder.path, 'colours'), 8);
    await writeModel(join(folder.path, 'tiny.onnx'));
    ({ changes } = await commands.count('whole', training));
  });

  const killedBefore = async (name: string, change: RegExp): Promise<void> => {
    const point = 1 + changes.findIndex((text) => change.test(text));
    assert.ok(point > 0, `${change}`);
    const { stderr } = await commands.interrupt(name, `kill:${point}`, training);
    assert.match(stderr, /SIGKILL/);
  };
  const refused = async (name: string, args: readonly string[], message: RegExp): Promise<Ended> => {
    const ended = await commands.run(name, args);
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, message);
    return ended;
  };
  /** The command at the end of a hint. */
  const typed = async (name: string, { stderr }: Ended): Promise<void> => {
    const words = /^hint: .*\badarand (train --resume run)$/m.exec(stderr)?.[1]?.split(' ');
    assert.ok(words !== undefined, stderr);
    const ended = await commands.run(name, words);
    assert.equal(ended.code, 0, ended.stderr);
  };
  const works = async (name: string, args: readonly string[]): Promise<void> => {
    const { code, stderr } = await commands.run(name, args);
    assert.equal(code, 0, stderr);
  };

  test('for a run that was killed before it began', async () => {
    await killedBefore('early', /^rename run\/run\.json/);
    const none =
      /^error: run is not a run: it has no run\.json\nhint: Give the folder of a run: .* Or start a run there: none has begun\.$/m;
    await refused('early', predicting, none);
    await refused('early', ['train', '--resume', 'run'], none);
    await works('early', training);
  });

  test('for a run that was killed at its end', async () => {
    await killedBefore('late', /^rename run\/model\.onnx/);
    const exists = await refused(
      'late',
      training,
      /^error: run exists already: a run that has not finished$/m,
    );
    await typed('late', exists);
    await refused(
      'late',
      training,
      /^error: run exists already: a finished run\nhint: Choose another --out, or leave it out: /m,
    );
  });

  test('for a run that was killed when it began to train', async () => {
    await killedBefore('begun', /^open run\/metrics\.jsonl/);
    const none = /^error: run has not finished training, and has no checkpoint yet$/m;
    await typed('begun', await refused('begun', predicting, none));
  });

  test('for a folder that is something else', async () => {
    const other = ['train', ...data, '--out', '../colours'];
    await refused(
      'whole',
      other,
      /is not a run, and not empty\nhint: Choose another --out, or leave it out: /m,
    );
    await refused(
      'whole',
      ['train', '--resume', '../colours'],
      /\nhint: Give the folder of a run: `run\.json` is in it\.$/m,
    );
    await works('whole', ['train', ...data]);
  });
});
