import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { jsonLines, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { readSafetensors, writeSafetensors } from '../files/safetensors.js';
import { type Tensor, zeros } from '../graph/tensor.js';

/** A value at a path of keys. */
type Change = readonly [path: readonly (string | number)[], value: unknown];

describe('a run folder that was changed', () => {
  const folder = testFolder();
  const inFolder = folder.inside;
  const fresh = async () => {
    await rm(inFolder('changed'), { recursive: true, force: true });
    await cp(inFolder('whole'), inFolder('changed'), { recursive: true });
  };
  /** Of the command's one error, the code and the message. */
  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await adarand(folder.path, ...args, '--json');
    assert.equal(code, 2, stderr);
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack');
    const error = jsonLines(stdout).find(({ type }) => type === 'error');
    return `${error?.code}: ${error?.message}`;
  };
  const resume = () => refused('train', '--resume', 'changed');
  const predict = () => refused('predict', 'changed', 'colours/red/00.png');

  before(async () => {
    await writeImages(inFolder('colours'), 8);
    await writeModel(inFolder('tiny.onnx'));
    const args = ['--model', 'tiny.onnx', '--no-tensorboard', '--epochs', '2', '--out', 'whole', '--json'];
    const { code, stderr } = await adarand(folder.path, 'train', 'colours', ...args);
    assert.equal(code, 0, stderr);
  });

  test('without its summary, it is finished again from its last checkpoint', async () => {
    await fresh();
    await rm(inFolder('changed/summary.json'));
    const { code, stderr } = await adarand(folder.path, 'train', '--resume', 'changed', '--json');
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      await readFile(inFolder('changed/model.onnx')),
      await readFile(inFolder('whole/model.onnx')),
    );
  });

  const best = { epoch: 1, accuracy: 1, loss: 0.5 };
  const position = { epoch: 1, batch: 0, sums: {}, best };
  const positions: readonly (readonly [object, RegExp])[] = [
    [
      {},
      /^run\.damaged: changed\/checkpoints\/last\.safetensors is not what a run writes: epoch: Invalid input/,
    ],
    [{ ...position, epoch: 1.5 }, /^run\.damaged: .* epoch: /],
    [{ ...position, batch: -1 }, /^run\.damaged: .* batch: /],
    [{ ...position, best: { ...best, accuracy: 7 } }, /^run\.damaged: .* best\.accuracy: /],
    [{ ...position, epoch: 1e9 }, /^checkpoint\.position: .* it has done 1000000000 epochs of 2$/],
    [{ ...position, epoch: 2, batch: 1 }, /^checkpoint\.position: .* 1 batches after the last epoch$/],
    [{ ...position, batch: 40 }, /^checkpoint\.position: .* it has done 40 batches of an epoch of \d$/],
    [{ ...position, best: { ...best, epoch: 2 } }, /^checkpoint\.position: .* its best epoch is 2, after 1$/],
    [{ ...position, best: undefined }, /^checkpoint\.position: .* it has no best epoch after 1 epochs$/],
  ];
  for (const [changed, message] of positions)
    test(`a checkpoint at ${JSON.stringify(changed)} is refused`, async () => {
      await fresh();
      await rm(inFolder('changed/summary.json'));
      const file = inFolder('changed/checkpoints/last.safetensors');
      const { tensors } = await readSafetensors(file);
      await writeSafetensors(file, tensors, { position: JSON.stringify(changed) });
      assert.match(await resume(), message);
    });

  test('a checkpoint whose position or tensors are others is refused', async () => {
    await fresh();
    await rm(inFolder('changed/summary.json'));
    const file = inFolder('changed/checkpoints/last.safetensors');
    const { tensors, metadata } = await readSafetensors(file);
    const bytes = await readFile(file);
    bytes.set(Buffer.from('1'), bytes.indexOf('\\"epoch\\":2') + '\\"epoch\\":'.length);
    await writeFile(file, bytes);
    assert.match(
      await resume(),
      /^files\.checksum: .*last\.safetensors is damaged: its metadata does not match/,
    );
    const other = new Map<string, Tensor>(tensors).set('head.bias', zeros('float32', [4]));
    await writeSafetensors(file, other, { position: metadata.position ?? '' });
    const wrong = 'checkpoint.incomplete: the checkpoint has float32 [4] as head.bias, not float32 [3]';
    assert.equal(await resume(), wrong);
  });

  const changes: readonly (readonly [...Change, RegExp])[] = [
    [['settings', 'batchSize'], -3, /settings\.batchSize: Too small/],
    [['settings', 'batchSize'], 1e9, /settings\.batchSize: Too big/],
    [
      ['settings', 'batchSize'],
      60_000,
      /settings\.batchSize: a batch is larger than the training images are many/,
    ],
    [['settings', 'evalBatchSize'], 0.5, /settings\.evalBatchSize: Invalid input: expected int/],
    [['settings', 'effectiveLambda'], null, /settings\.effectiveLambda: Invalid input: expected number/],
    [['options', 'threads'], 1e5, /options\.threads: Too big/],
    [['threads'], 1e5, /: threads: Too big/],
    [['model', 'preprocessing', 'imageSize'], 0, /model\.preprocessing\.imageSize: Too small/],
    [['model', 'preprocessing', 'std', 1], 0, /model\.preprocessing\.std\.1: Too small/],
    [['model', 'preprocessing', 'mean', 0], 1e300, /model\.preprocessing\.mean\.0: Too big/],
    [['data', 'classes'], [], /data\.classes: Too small/],
    [['data', 'train'], 1e300, /data\.train: Too big/],
  ];
  for (const [path, value, message] of changes)
    test(`${path.join('.')} of ${JSON.stringify(value)} in run.json is refused`, async () => {
      await fresh();
      await change('run.json', [path, value]);
      const said = await predict();
      assert.match(said, /^run\.damaged: changed\/run\.json is not what a run writes: /);
      assert.match(said, message);
    });

  test('a model for images that no memory holds is refused with both figures', async () => {
    await fresh();
    await change('run.json', [['model', 'preprocessing', 'imageSize'], 60_000]);
    assert.match(
      await predict(),
      /^runtime\.memory: one batch takes at least \d+ GB of memory, and there can be /,
    );
  });

  test('a finished run without its model, or with that of others, is refused', async () => {
    await fresh();
    await change('run.json', [
      ['data', 'classes'],
      ['red', 'green'],
    ]);
    const others = /^run\.damaged: changed\/model\.onnx .*: it has 3 classes of 64 features, not 2 of 64$/;
    assert.match(await predict(), others);
    await fresh();
    await rm(inFolder('changed/model.onnx'));
    const missing = 'run.damaged: changed/model.onnx is not what a finished run writes: it is not there';
    assert.equal(await predict(), missing);
    assert.equal(await refused('eval', 'changed', 'colours'), missing);
    assert.equal(await refused('export', 'changed', '--to', 'exported'), missing);
  });

  test('a list of images that was cut is refused by all that read it', async () => {
    await fresh();
    const list = inFolder('changed/images.jsonl');
    const lines = (await readFile(list, 'utf8')).split('\n');
    await writeFile(list, `${lines.slice(0, 4).join('\n')}\n`);
    const said =
      /^run\.damaged: changed\/images\.jsonl is not complete: it has 4 train images, and the run \d+$/;
    assert.match(await refused('eval', 'changed', 'colours'), said);
    assert.match(await refused('export', 'changed', '--to', 'exported', '--quantize'), said);
    const { code, stdout, stderr } = await adarand(folder.path, 'look', 'changed');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /images\.jsonl is not complete: it has 4 train images, and the run \d+\. Restore the run/,
    );
  });

  async function change(name: string, ...[[path, value]]: readonly [Change]): Promise<void> {
    const file = inFolder('changed', name);
    const changed = JSON.parse(await readFile(file, 'utf8'));
    let inside = changed;
    for (const key of path.slice(0, -1)) inside = inside[key];
    inside[path[path.length - 1] ?? ''] = value;
    await writeFile(file, JSON.stringify(changed));
  }
});
