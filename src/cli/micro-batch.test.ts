import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adarand, isOther, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { worstError } from '../../test/helpers/samples.js';
import { readSafetensors } from '../files/safetensors.js';
import { commandLine } from '../run/command-line.js';
import { type RunEvent, type RunHost, STOPPED } from '../run/events.js';
import type { TrainOptions } from '../run/options/train-options.js';
import { resumeRun, trainRun } from '../run/train/train-run.js';
import { failed } from '../runtime/failed.js';

describe('a run whose batches become too large for the memory', () => {
  const folder = testFolder();
  const at = folder.inside;
  const { json } = folder;

  /** Five batches an epoch; plain fine-tuning and frozen statistics, so that a batch's loss is the mean of its images'. */
  const recipe = (out: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
    data: at('colours'),
    model: at('tiny.onnx'),
    method: 'fine-tuning',
    head: 'random',
    out: at(out),
    epochs: 2,
    batchSize: 4,
    seed: 2,
    learningRate: 0.003,
    batchNorm: 'frozen',
    tensorboard: false,
    ...more,
  });
  /** Stops after so many steps, or fails there. */
  const host = (steps = Number.POSITIVE_INFINITY, error?: Error, seen: RunEvent[] = []): RunHost => {
    let done = 0;
    return {
      emit(event) {
        seen.push(event);
        done += Number(event.type === 'step');
        if (event.type === 'step' && done === steps && error !== undefined) throw error;
      },
      stop: () => done >= steps,
    };
  };
  const tensorsOf = async (run: string) =>
    (await readSafetensors(at(run, 'checkpoints/last.safetensors'))).tensors;
  const assertClose = async (run: string, whole: string) => {
    const [cut, expected] = await Promise.all([tensorsOf(run), tensorsOf(whole)]);
    assert.deepEqual([...cut.keys()], [...expected.keys()]);
    for (const [name, { data }] of expected)
      assert.ok(worstError(cut.get(name)?.data ?? [], Array.from(data, Number)) < 1e-5, name);
  };

  before(async () => {
    await writeImages(at('colours'), 10);
    await writeModel(at('tiny.onnx'));
  });

  for (const { accumulate, steps } of [
    { accumulate: 1, steps: 3 },
    // In the middle of an update: what was collected counts as much as before.
    { accumulate: 2, steps: 3 },
    { accumulate: 2, steps: 4 },
  ])
    test(`it goes on with fewer images at a time, and reaches the same: ${steps} steps, ${accumulate} batches an update`, async () => {
      const name = `cut-${accumulate}-${steps}`;
      await trainRun(recipe(`whole-${name}`, { accumulate }), host());
      await assert.rejects(trainRun(recipe(name, { accumulate }), host(steps)), { code: STOPPED });
      // Stopped and resumed again, it still computes two at a time.
      await assert.rejects(resumeRun({ run: at(name), microBatch: 2 }, host(2)), { code: STOPPED });
      const seen: RunEvent[] = [];
      await resumeRun({ run: at(name) }, host(undefined, undefined, seen));
      await assertClose(name, `whole-${name}`);
      const { settings, changes } = await json(`${name}/run.json`);
      assert.deepEqual([settings.batchSize, settings.microBatch], [4, 2]);
      assert.deepEqual(
        changes.map(({ step, micro_batch }: { step: number; micro_batch: object }) => [step, micro_batch]),
        [[steps, { from: 4, to: 2 }]],
      );
      const logged = seen.flatMap((event) => (event.type === 'step' ? [event.step] : []));
      const [first = 0] = logged;
      assert.ok(first > steps + 2 && first < steps + 5, `it goes on with step ${first}`);
      assert.deepEqual(
        logged,
        Array.from({ length: 11 - first }, (_, i) => first + i),
        'steps are batches',
      );
    });

  test('one image at a time, and whole batches again', async () => {
    await trainRun(recipe('whole'), host());
    await assert.rejects(trainRun(recipe('again'), host(2)), { code: STOPPED });
    const seen: RunEvent[] = [];
    await assert.rejects(resumeRun({ run: at('again'), microBatch: 1 }, host(3, undefined, seen)), {
      code: STOPPED,
    });
    await resumeRun({ run: at('again'), microBatch: 4 }, host(undefined, undefined, seen));
    await assertClose('again', 'whole');
    assert.deepEqual(
      seen.flatMap((event) => (event.type === 'remark' && isOther(event.text) ? [event.text] : [])),
      [
        'from here on, a batch of 4 images is computed 1 at a time: updates are of as many images as before, ' +
          "BatchNorm's statistics and the method's losses of fewer",
        'from here on, a batch of 4 images is computed as a whole again',
      ],
    );
  });

  test('images that are mixed, and source images, are cut along', async () => {
    const mixed: Partial<TrainOptions> = { mixup: 0.4, cutmix: 0.4 };
    await trainRun(recipe('whole-mixed', mixed), host());
    await assert.rejects(trainRun(recipe('mixed', mixed), host(2)), { code: STOPPED });
    await resumeRun({ run: at('mixed'), microBatch: 2 }, host());
    await assertClose('mixed', 'whole-mixed');

    await writeImages(at('more'), 12, 20);
    const joint: Partial<TrainOptions> = {
      method: 'borrowing-treasures',
      methodOptions: { updateEpochs: 5, initial: 2, neighbours: 20 },
      source: at('more'),
    };
    await trainRun(recipe('whole-joint', joint), host());
    await assert.rejects(trainRun(recipe('joint', joint), host(2)), { code: STOPPED });
    await resumeRun({ run: at('joint'), microBatch: 2 }, host());
    await assertClose('joint', 'whole-joint');
  });

  test('the error names the command, which works', async () => {
    const outOfMemory = failed('run the network', new Error('CUDA failure 2: out of memory'));
    const run = at('failing');
    const command = commandLine('train', '--resume', run, '--micro-batch', '2');
    await assert.rejects(trainRun(recipe('failing'), host(3, outOfMemory)), {
      code: 'runtime.memory',
      hint: `Go on with fewer images at a time: ${command}   Or free memory, and continue as it was: ${commandLine('train', '--resume', run)}`,
    });
    const resumed = await adarand(folder.path, 'train', '--resume', 'failing', '--micro-batch', '2');
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stdout, /a batch of 4 images is computed 2 at a time/);
    await assertClose('failing', 'whole');
  });

  test('what is no part of a batch, of a new run, or of one that has ended, is refused', async () => {
    await assert.rejects(trainRun(recipe('kept'), host(2)), { code: STOPPED });
    await assert.rejects(resumeRun({ run: at('kept'), microBatch: 3 }, host()), {
      code: 'config.micro-batch',
      message: "--micro-batch 3 does not divide the run's batches of 4 images",
      hint: 'Choose one of 1, 2, 4.',
    });
    await resumeRun({ run: at('kept') }, host());
    await assert.rejects(resumeRun({ run: at('kept'), microBatch: 2 }, host()), { code: 'run.finished' });
    const fresh = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      '--micro-batch',
      '2',
    );
    assert.equal(fresh.code, 2);
    assert.match(fresh.stderr, /--micro-batch changes a run that is resumed/);
  });
});
