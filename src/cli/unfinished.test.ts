import assert from 'node:assert/strict';
import { cp, readFile, rename, rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { jsonLines, lastLine, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { fourEpochs } from '../../test/helpers/four-epochs.js';
import { lastGiven } from '../../test/helpers/last-given.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { readSafetensors, writeSafetensors } from '../files/safetensors.js';
import { decodeOnnx } from '../models/onnx-import/decode.js';
import { type RunEvent, STOPPED } from '../run/events.js';
import { trainRun } from '../run/train/train-run.js';

describe('a run that is not finished is used', () => {
  const folder = testFolder(adarand);
  const inFolder = folder.inside;
  const { json } = folder;
  /** The lines of a command that succeeds. */
  const linesOf = async (...args: string[]) => {
    const { code, stdout, stderr } = await adarand(folder.path, ...args, '--json');
    assert.equal(code, 0, stderr);
    return jsonLines(stdout);
  };
  const ofType = (lines: Record<string, unknown>[], wanted: string) =>
    lines.filter(({ type }) => type === wanted);
  const predicted = async (run: string) =>
    ofType(await linesOf('predict', run, 'colours/red', 'colours/blue'), 'prediction');
  /** A copy of the run `whole` as it was before it was finished. */
  const unfinished = async (name: string) => {
    await rm(inFolder(name), { recursive: true, force: true });
    await cp(inFolder('whole'), inFolder(name), { recursive: true });
    for (const file of ['summary.json', 'model.onnx']) await rm(inFolder(name, file));
  };

  before(async () => {
    process.env.ADARAND_CACHE = inFolder('cache');
    await writeImages(inFolder('colours'), 14);
    await writeModel(inFolder('tiny.onnx'));
    for (const [out, ...more] of [
      ['whole', '--ema-decay', '0.9'],
      ['plain'],
      ['blind', '--val-fraction', '0'],
    ])
      await linesOf('train', ...lastGiven(...fourEpochs, ...more), '--out', `${out}`);
  });
  after(async () => {
    delete process.env.ADARAND_CACHE;
  });

  test('with what its best epoch so far is, which the finished run is made of, and it says so', async () => {
    await unfinished('open');
    const { best_epoch, steps } = await json('whole/summary.json');
    const state = { path: 'open', epoch: 4, epochs: 4, step: steps, best_epoch };
    const lines = await linesOf('predict', 'open', 'colours/red', 'colours/blue');
    assert.deepEqual(ofType(lines, 'unfinished'), [{ type: 'unfinished', ...state }]);
    assert.deepEqual(ofType(lines, 'prediction'), await predicted('whole'));
    const results = ['whole', 'open'].map(async (run) => {
      const { run: _, ...result } = lastLine(
        (await adarand(folder.path, 'eval', run, 'colours', '--json')).stdout,
      );
      return result;
    });
    const [whole, open] = await Promise.all(results);
    assert.deepEqual(open, whole);
    const text = await adarand(folder.path, 'eval', 'open', 'colours');
    const said = `open is not finished (4 of 4 epochs are done); used is epoch ${best_epoch}, the best so far by validation\n`;
    assert.ok(text.stdout.startsWith(said), text.stdout);
  });

  test('its export has the tensors of the best checkpoint, and the config says what they are', async () => {
    await unfinished('open');
    const exported = await linesOf('export', 'open', '--to', 'shipped');
    const { path, type, ...state } = ofType(exported, 'unfinished')[0] ?? {};
    assert.deepEqual([path, type], ['open', 'unfinished']);
    assert.deepEqual(exported.at(-1), { type: 'result', run: 'open', folder: 'shipped', unfinished: state });
    const { adarand: notes } = await json('shipped/config.json');
    assert.deepEqual(notes.unfinished, state);
    assert.ok(!('test_accuracy' in notes));
    const { constants } = decodeOnnx(await readFile(inFolder('shipped/onnx/model.onnx')), 'shipped');
    const { tensors } = await readSafetensors(inFolder('open/checkpoints/best.safetensors'));
    const averages = [...tensors.keys()].filter((name) => name.endsWith(':ema'));
    assert.ok(averages.length > 10);
    for (const name of averages) {
      const plain = name.replace(/:ema$/, '');
      assert.deepEqual(constants.get(plain)?.data, tensors.get(name)?.data, plain);
    }
    await linesOf('export', 'whole', '--to', 'shipped-whole');
    assert.deepEqual(
      await readFile(inFolder('shipped/onnx/model.onnx')),
      await readFile(inFolder('shipped-whole/onnx/model.onnx')),
    );
    assert.ok(!('unfinished' in (await json('shipped-whole/config.json')).adarand));
  });

  test('stopped in its second epoch, with the first; the rest of the training is not disturbed', async () => {
    let done = 0;
    const host = {
      emit: ({ type }: RunEvent) => {
        done += Number(type === 'step');
      },
      stop: () => done >= 9,
    };
    const options = { data: inFolder('colours'), model: inFolder('tiny.onnx'), out: inFolder('stopped') };
    const training = trainRun({ ...options, epochs: 4, learningRate: 0.02, seed: 7 }, host);
    await assert.rejects(training, { code: STOPPED });
    const lines = await linesOf('predict', 'stopped', 'colours/red');
    const [{ epoch, epochs, step, best_epoch } = {}] = ofType(lines, 'unfinished');
    assert.deepEqual([epoch, epochs, step, best_epoch], [1, 4, 9, 1]);
    await linesOf('train', '--resume', 'stopped');
    assert.deepEqual(
      await readFile(inFolder('stopped/model.onnx')),
      await readFile(inFolder('plain/model.onnx')),
    );
    assert.deepEqual(ofType(await linesOf('predict', 'stopped', 'colours/red'), 'unfinished'), []);
  });

  test('while another process trains it', async () => {
    const running = start(
      folder.path,
      'train',
      ...lastGiven(...fourEpochs, '--epochs', '5000'),
      '--out',
      'live',
      '--json',
    );
    // The checkpoint of an epoch follows its line.
    await running.line(/"type":"step","epoch":2,/);
    const lines = await linesOf('predict', 'live', 'colours/red');
    assert.equal(ofType(lines, 'prediction').length, 14);
    assert.equal(ofType(lines, 'unfinished')[0]?.epochs, 5000);
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 130, stderr);
  });

  test('without validation images, with its last checkpoint', async () => {
    const { steps } = await json('blind/summary.json');
    const whole = await predicted('blind');
    for (const file of ['summary.json', 'model.onnx']) await rm(inFolder('blind', file));
    assert.deepEqual(await predicted('blind'), whole);
    const { stdout } = await adarand(folder.path, 'predict', 'blind', 'colours/red/00.png');
    const used = `the last checkpoint, after step ${steps}: no epoch was validated`;
    assert.equal(stdout.split('\n')[0], `blind is not finished (4 of 4 epochs are done); used is ${used}`);
  });

  test('killed after the best checkpoint was written and before the last one, it has come as far as the best', async () => {
    await unfinished('between');
    const last = inFolder('between/checkpoints/last.safetensors');
    const best = inFolder('between/checkpoints/best.safetensors');
    const { tensors, metadata } = await readSafetensors(last);
    const position = {
      ...JSON.parse(metadata.position ?? ''),
      epoch: 1,
      best: { epoch: 1, accuracy: 0, loss: 9 },
    };
    await writeSafetensors(last, tensors, { position: JSON.stringify(position) });
    const newest = JSON.parse((await readSafetensors(best)).metadata.position ?? '');
    assert.ok(newest.epoch > 1, 'the best epoch of this recipe is not its first');
    const of = async () => ofType(await linesOf('predict', 'between', 'colours/red'), 'unfinished')[0];
    assert.deepEqual([(await of())?.epoch, (await of())?.best_epoch], [newest.epoch, newest.epoch]);
    await rm(last);
    assert.deepEqual([(await of())?.epoch, (await of())?.best_epoch], [newest.epoch, newest.epoch]);
  });

  test('without a checkpoint, without its model or with another, it is refused', async () => {
    const refused = async () => {
      const { code, stdout } = await adarand(folder.path, 'predict', 'open', 'colours/red', '--json');
      assert.equal(code, 2);
      const { code: name, message, hint } = lastLine(stdout);
      return [name, message, hint];
    };
    await unfinished('open');
    const model = inFolder('tiny.onnx');
    await rename(model, inFolder('moved.onnx'));
    const what = 'open is not finished, and is used with the model that it began with:';
    const hint = `Put ${model} back as it was.`;
    assert.deepEqual(await refused(), ['model.not-found', `${what} There is no ${model}`, hint]);
    await cp(inFolder('whole/model.onnx'), model);
    const changed = `${what} ${model} is not the model that this run began with`;
    assert.deepEqual(await refused(), ['run.model-changed', changed, hint]);
    await rename(inFolder('moved.onnx'), model);
    const best = inFolder('open/checkpoints/best.safetensors');
    const { tensors, metadata } = await readSafetensors(best);
    tensors.delete('head.bias');
    tensors.delete('head.bias:ema');
    await writeSafetensors(best, tensors, { position: metadata.position ?? '' });
    assert.deepEqual((await refused()).slice(0, 2), [
      'checkpoint.incomplete',
      "the checkpoint of open has no tensor head.bias of the run's shape",
    ]);
    await rm(inFolder('open/checkpoints'), { recursive: true });
    assert.deepEqual(await refused(), [
      'run.unfinished',
      'open has not finished training, and has no checkpoint yet',
      'Continue with: adarand train --resume open',
    ]);
  });
});
