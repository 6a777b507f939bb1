/** What a run's event file says of how it ended, and shows of it, whatever happened in between. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { adarand, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { eventsOf, otherValuesOf } from '../../test/helpers/tensorboard-events.js';
import type { RunEvent } from '../run/events.js';
import { HParamsPluginDataSchema } from '../run/tensorboard/tensorboard_pb.js';
import { resumeRun, trainRun } from '../run/train/train-run.js';

describe('an event file', () => {
  const folder = testFolder();
  const inside = folder.inside;

  before(async () => {
    await writeImages(inside('colours'), 6);
    await writeModel(inside('tiny.onnx'));
  });

  const valuesOf = async (run: string) => otherValuesOf(await eventsOf(inside(run)));
  const statusesOf = async (run: string) =>
    (await valuesOf(run)).flatMap(({ metadata }) => {
      const content = metadata?.pluginData?.content;
      const data = content && fromBinary(HParamsPluginDataSchema, content).data;
      return data?.case === 'sessionEndInfo' ? [data.value.status] : [];
    });
  const picturesOf = async (run: string) =>
    (await valuesOf(run)).flatMap(({ tag, value }) =>
      value.case === 'image' ? [[tag, value.value.encodedImageString] as const] : [],
    );
  const options = (out: string) => ({
    data: inside('colours'),
    model: inside('tiny.onnx'),
    out: inside(out),
    epochs: 3,
    batchSize: 4,
    learningRate: 0.02,
  });
  const host = (steps = Number.POSITIVE_INFINITY) => {
    let done = 0;
    const emit = ({ type }: RunEvent) => {
      done += Number(type === 'step');
    };
    return { emit, stop: () => done >= steps };
  };

  test('of a run that was stopped has no end, and has the same pictures when it was continued', async () => {
    const { best_epoch: best } = await trainRun(options('whole'), host());
    assert.deepEqual(await statusesOf('whole'), [1]);
    const pictures = await picturesOf('whole');
    assert.deepEqual(
      pictures.map(([tag]) => tag),
      ['test/confusion', 'val/features'],
    );
    // Also where the best epoch was validated by another process, and is validated once more.
    const last = 3 * 3 - 1;
    for (const steps of [1, last]) {
      const run = `stopped-after-${steps}`;
      await assert.rejects(trainRun(options(run), host(steps)), { code: 'run.stopped' });
      assert.deepEqual(await statusesOf(run), []);
      assert.equal((await resumeRun({ run: inside(run) }, host())).best_epoch, best);
      assert.deepEqual(await statusesOf(run), [1]);
      assert.deepEqual(await picturesOf(run), pictures);
    }
  });

  test('of a run that failed says so, also when it has failed again', async () => {
    const train = (...args: readonly string[]) => adarand(folder.path, 'train', ...args);
    const words = ['--model', 'tiny.onnx', '--batch-size', '4', '--lr', '1e12', '--out', 'failed'];
    assert.equal((await train('colours', ...words)).code, 2);
    assert.deepEqual(await statusesOf('failed'), [2]);
    assert.equal((await train('--resume', 'failed')).code, 2);
    assert.deepEqual(await statusesOf('failed'), [2]);
    assert.deepEqual(await picturesOf('failed'), []);
  });

  test('is named among what was written, unless it is not to be', async () => {
    const words = ['train', 'colours', '--model', 'tiny.onnx', '--epochs', '1', '--batch-size', '4'];
    const { stdout } = await adarand(folder.path, ...words, '--out', 'with');
    assert.match(stdout, /^written: with\/ with model\.onnx, .*, checkpoints\/, tensorboard\/$/m);
    const without = await adarand(
      folder.path,
      ...words,
      '--out',
      'without',
      '--no-tensorboard',
      '--predictions',
    );
    assert.match(
      without.stdout,
      /^written: without\/ with model\.onnx, .*, predictions\.csv, checkpoints\/$/m,
    );
  });
});
