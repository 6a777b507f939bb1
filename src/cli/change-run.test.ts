import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { copyFile, cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { adarand, isOther, jsonLines, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { readJsonLines } from '../files/json-lines.js';
import { cosine } from '../optimizers/schedules.js';
import { commandLine } from '../run/command-line.js';
import { type RunEvent, type RunHost, STOPPED } from '../run/events.js';
import type { TrainOptions } from '../run/options/train-options.js';
import { resumeRun, trainRun } from '../run/train/train-run.js';

describe('a run whose length is changed', () => {
  const folder = testFolder();
  const at = folder.inside;
  const { json } = folder;

  /** Five steps an epoch; at this seed and rate the second epoch is worse than the first, and the third is better. */
  const plain = (out: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
    data: at('colours'),
    model: at('tiny.onnx'),
    method: 'fine-tuning',
    head: 'random',
    out: at(out),
    epochs: 4,
    batchSize: 4,
    seed: 2,
    learningRate: 0.003,
    schedule: 'constant',
    tensorboard: false,
    ...more,
  });
  /** With a callback after each epoch, which gives states new values. */
  const joint = (out: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
    ...plain(out),
    method: 'borrowing-treasures',
    methodOptions: { updateEpochs: 1, initial: 2, neighbours: 20 },
    source: at('more'),
    ...more,
  });
  const recipes = { plain, joint };
  /** Goes on to the end, or to so many steps. */
  const host = (steps = Number.POSITIVE_INFINITY, seen: RunEvent[] = []): RunHost => {
    let done = 0;
    return {
      emit(event) {
        seen.push(event);
        done += Number(event.type === 'step');
      },
      stop: () => done >= steps,
    };
  };
  const textsOf = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.type === 'remark' && isOther(event.text) ? [event.text] : []));
  /** What a run computed: its model, its checkpoints, and its metrics without times. */
  const outcome = async (run: string) => {
    const files = ['model.onnx', 'checkpoints/last.safetensors', 'checkpoints/best.safetensors'];
    const bytes = await Promise.all(files.map((file) => readFile(at(run, file))));
    const lines = (await readJsonLines(at(run, 'metrics.jsonl'))).map((line) =>
      JSON.stringify(line, (key, value) => (/second|wait/.test(key) ? 0 : value)),
    );
    return { bytes, lines };
  };
  const assertSame = async (run: string, other: string) => {
    const [one, two] = await Promise.all([outcome(run), outcome(other)]);
    assert.deepEqual(one.lines, two.lines);
    one.bytes.forEach((bytes, i) => {
      assert.ok(bytes.equals(two.bytes[i] ?? Buffer.alloc(0)), `file ${i} of ${run} and ${other}`);
    });
  };
  const copy = async (from: string, to: string) => {
    await rm(at(to), { recursive: true, force: true });
    await cp(at(from), at(to), { recursive: true });
  };

  before(async () => {
    process.env.ADARAND_CACHE = at('cache');
    await writeImages(at('colours'), 10);
    await writeImages(at('more'), 12, 20);
    await writeModel(at('tiny.onnx'));
    for (const [name, options] of Object.entries(recipes)) {
      await trainRun(options(`${name}-4`), host());
      await trainRun(options(`${name}-2`, { epochs: 2 }), host());
    }
  });
  after(async () => {
    delete process.env.ADARAND_CACHE;
  });

  for (const [name, options] of Object.entries(recipes)) {
    test(`${name}: finished and continued, it is as if it had been so long from the beginning`, async () => {
      await copy(`${name}-2`, `${name}-more`);
      const before = await json(`${name}-2/summary.json`);
      const seen: RunEvent[] = [];
      await resumeRun({ run: at(`${name}-more`), epochs: 4 }, host(undefined, seen));
      await assertSame(`${name}-more`, `${name}-4`);
      const { options: recorded, changes } = await json(`${name}-more/run.json`);
      assert.equal(recorded.epochs, 4);
      const [{ time, ...change }, ...others] = changes;
      assert.ok(Math.abs(Date.parse(time) - Date.now()) < 600_000, time);
      const { test_accuracy } = before;
      assert.deepEqual([change, others], [{ step: 10, epochs: { from: 2, to: 4 }, test_accuracy }, []]);
      assert.deepEqual(textsOf(seen), [
        'the run now has 4 epochs, not 2, and its schedule (constant) is that of 4 from here on: the learning rate was ' +
          '0.003 in the last step and is 0.003 in the next',
        'the run had ended and was tested: its test images are now used a second time',
      ]);
    });

    test(`${name}: killed or stopped after that, it goes on in the same way`, async () => {
      await copy(`${name}-2`, `${name}-killed`);
      await assert.rejects(resumeRun({ run: at(`${name}-killed`), epochs: 4 }, host(1)), { code: STOPPED });
      await copy(`${name}-killed`, `${name}-stopped`);
      await resumeRun({ run: at(`${name}-stopped`) }, host());
      await assertSame(`${name}-stopped`, `${name}-4`);
      // As if it had been killed before its first checkpoint.
      await copyFile(
        at(`${name}-2/checkpoints/last.safetensors`),
        at(`${name}-killed/checkpoints/last.safetensors`),
      );
      await resumeRun({ run: at(`${name}-killed`) }, host());
      await assertSame(`${name}-killed`, `${name}-4`);
    });

    test(`${name}: ended early by fewer epochs, and lengthened again`, async () => {
      const run = at(`${name}-shortened`);
      // The stop comes with the step that ends the second epoch, and so after the first of the third.
      await assert.rejects(trainRun(options(`${name}-shortened`), host(11)), { code: STOPPED });
      await assert.rejects(resumeRun({ run, epochs: 2 }, host()), {
        code: 'config.epochs-done',
        message: '--epochs 2 is too few: 2 epochs are done, and the next one has begun',
        hint: 'Choose an --epochs of at least 3.',
      });
      const seen: RunEvent[] = [];
      const { epochs } = await resumeRun({ run, epochs: 3 }, host(undefined, seen));
      assert.equal(epochs, 3);
      await resumeRun({ run, epochs: 4 }, host());
      await assertSame(`${name}-shortened`, `${name}-4`);
      const { changes } = await json(`${name}-shortened/run.json`);
      assert.deepEqual(
        changes.map(({ step, epochs }: { step: number; epochs: object }) => [step, epochs]),
        [
          [11, { from: 4, to: 3 }],
          [15, { from: 3, to: 4 }],
        ],
      );
    });
  }

  test('stopped at the end of an epoch, it ends there by fewer epochs, and a callback that was run is not run again', async () => {
    const last = (epoch: number) => at(`last-${epoch}.safetensors`);
    const run = 'joint-exact';
    const { emit, stop } = host();
    const saving: RunHost = {
      stop,
      emit(event) {
        emit(event);
        // The checkpoint of the second epoch is there when the third begins.
        if (event.type === 'step' && event.step === 11)
          copyFileSync(at(run, 'checkpoints/last.safetensors'), last(2));
      },
    };
    await trainRun(joint(run), saving);
    await assertSame(run, 'joint-4');
    const reopen = async () => {
      for (const file of ['summary.json', 'model.onnx']) await rm(at(run, file));
      await copyFile(last(2), at(run, 'checkpoints/last.safetensors'));
      await copyFile(at('joint-2/checkpoints/best.safetensors'), at(run, 'checkpoints/best.safetensors'));
    };
    await reopen();
    const seen: RunEvent[] = [];
    const { epochs } = await resumeRun({ run: at(run), epochs: 2 }, host(undefined, seen));
    assert.equal(epochs, 2);
    assert.match(
      textsOf(seen).join('\n'),
      /with this, the run ends here: what was trained so far is tested and exported/,
    );
    await resumeRun({ run: at(run), epochs: 4 }, host());
    await assertSame(run, 'joint-4');
  });

  test('ended by its patience, with more of it it is as if it had had none', async () => {
    const run = at('patient');
    assert.equal((await trainRun(plain('patient', { patience: 1 }), host())).epochs, 2);
    const refused = (message: string, hint: string) => ({ code: 'run.finished', message, hint });
    const why = 'no epoch after epoch 1 was better, and its patience is 1';
    await assert.rejects(
      resumeRun({ run, epochs: 9 }, host()),
      refused(
        `${run} is finished already: ${why}`,
        `See ${run}/summary.json. To train on, for example: ${commandLine('train', '--resume', run, '--patience', '2')}`,
      ),
    );
    const seen: RunEvent[] = [];
    assert.equal((await resumeRun({ run, patience: 9 }, host(undefined, seen))).epochs, 4);
    await assertSame('patient', 'plain-4');
    assert.deepEqual(textsOf(seen), [
      'the patience is now 9 epochs, not 1',
      'the run had ended and was tested: its test images are now used a second time',
      '--patience 9 changes nothing: there are only 4 epochs',
    ]);
    const [{ step, patience }] = (await json('patient/run.json')).changes;
    assert.deepEqual([step, patience], [10, { from: 1, to: 9 }]);
  });

  test('a schedule goes on as that of the new number of epochs, and the rates are said', async () => {
    const run = at('cosine');
    await trainRun(plain('cosine', { epochs: 2, schedule: 'cosine', logEvery: 1 }), host());
    const seen: RunEvent[] = [];
    await resumeRun({ run, epochs: 4 }, host(undefined, seen));
    const lines = (await readJsonLines(join(run, 'metrics.jsonl'))).flatMap((line) =>
      typeof line === 'object' &&
      line !== null &&
      'type' in line &&
      line.type === 'step' &&
      'learning_rate' in line
        ? [Number(line.learning_rate)]
        : [],
    );
    assert.equal(lines.length, 20);
    lines.forEach((rate, step) => {
      assert.ok(Math.abs(rate - 0.003 * cosine(step, step < 10 ? 10 : 20)) < 1e-12, `step ${step}: ${rate}`);
    });
    assert.match(
      textsOf(seen)[0] ?? '',
      /its schedule \(cosine\) is that of 4 from here on: the learning rate was 0\.0000734 in the last step and is 0\.0015 in the next$/,
    );
  });

  test('what would end at once, or cannot be, is refused, and leaves the run as it was', async () => {
    await copy('plain-2', 'kept');
    const run = at('kept');
    const see = `See ${run}/summary.json.`;
    const refusals = [
      [{}, 'run.finished', `${run} is finished already: its 2 epochs are done`],
      [{ epochs: 2 }, 'run.finished', `${run} is finished already: its 2 epochs are done`],
      [{ patience: 5 }, 'run.finished', `${run} is finished already: its 2 epochs are done`],
      [{ epochs: 1 }, 'config.epochs-done', '--epochs 1 is too few: 2 epochs are done'],
      [
        { epochs: 9, patience: 1 },
        'run.finished',
        `${run} is finished already: no epoch after epoch 1 was better, and its patience is 1`,
      ],
    ] as const;
    for (const [asked, code, message] of refusals)
      await assert.rejects(resumeRun({ run, ...asked }, host()), { code, message });
    await assert.rejects(resumeRun({ run, patience: 5 }, host()), {
      hint: `${see} To train on, for example: ${commandLine('train', '--resume', run, '--epochs', '4')}`,
    });
    await assertSame('kept', 'plain-2');
    assert.deepEqual(await json('kept/run.json'), await json('plain-2/run.json'));
    assert.deepEqual(await json('kept/summary.json'), await json('plain-2/summary.json'));

    await trainRun(plain('limited', { maxSteps: 7 }), host());
    await assert.rejects(resumeRun({ run: at('limited'), epochs: 9 }, host()), {
      code: 'run.finished',
      message: `${at('limited')} is finished already: its 7 steps (--max-steps) are done`,
      hint: `See ${at('limited')}/summary.json. For more steps, start a new run.`,
    });

    await trainRun(plain('blind', { epochs: 1, valFraction: 0 }), host());
    await assert.rejects(resumeRun({ run: at('blind'), epochs: 3, patience: 2 }, host()), {
      code: 'config.no-validation',
    });
    assert.equal((await json('blind/run.json')).options.epochs, 1);

    await rm(at('kept/checkpoints'), { recursive: true });
    await assert.rejects(resumeRun({ run, epochs: 9 }, host()), {
      code: 'run.finished',
      message: `${run} is finished already, and has no checkpoint from which it could be trained on`,
    });
  });

  test('without the checkpoint of its best epoch, it is refused before it trains', async () => {
    await copy('plain-2', 'headless');
    const best = at('headless/checkpoints/best.safetensors');
    await rm(best);
    await assert.rejects(resumeRun({ run: at('headless'), epochs: 4 }, host(0)), {
      code: 'checkpoint.best',
      message: `${best} is not there, and epoch 1 is the best so far`,
    });
  });

  test('killed between its two checkpoints of an epoch, it goes on after that epoch', async () => {
    const saved = at('before-best.safetensors');
    const options = { learningRate: 0.02, seed: 1 };
    await trainRun(plain('even', options), {
      stop: () => false,
      emit(event) {
        // Both checkpoints follow.
        if (event.type === 'epoch' && event.epoch === 3)
          copyFileSync(at('even/checkpoints/last.safetensors'), saved);
      },
    });
    const run = at('torn');
    await assert.rejects(trainRun(plain('torn', options), host(16)), { code: STOPPED });
    await copyFile(saved, at('torn/checkpoints/last.safetensors'));
    const seen: RunEvent[] = [];
    await resumeRun({ run }, host(undefined, seen));
    const begun = seen.find((event) => event.type === 'run');
    assert.equal(begun?.type === 'run' && begun.step, 15);
    await assertSame('torn', 'even');
  });

  test('on the command line', async () => {
    await copy('plain-2', 'typed');
    const others = ['--lr', '0.1', '--epochs', '3', '--no-flip'];
    const refused = await adarand(folder.path, 'train', 'colours', '--resume', 'typed', ...others);
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /--resume continues a run as it began, apart from --epochs, --patience, --micro-batch and a new place of its images: --learning-rate, --no-flip cannot be given again\nhint: adarand train --resume typed\n/,
    );
    const invalid = await adarand(folder.path, 'train', '--resume', 'typed', '--epochs', '2.5');
    assert.match(invalid.stderr, /--epochs must be a whole number, not 2\.5/);
    const finished = await adarand(folder.path, 'train', '--resume', 'typed', '--patience', '3');
    assert.equal(finished.code, 2);
    const command = /for example: adarand (.*)\n/.exec(finished.stderr)?.[1]?.split(' ') ?? [];
    assert.deepEqual(command, ['train', '--resume', 'typed', '--epochs', '4']);
    const { code, stdout, stderr } = await adarand(folder.path, ...command, '--patience', '9', '--json');
    assert.equal(code, 0, stderr);
    assert.equal(jsonLines(stdout).at(-1)?.epochs, 4);
    await assertSame('typed', 'plain-4');
    const { options, changes } = await json('typed/run.json');
    assert.deepEqual([options.epochs, options.patience], [4, 9]);
    assert.deepEqual(changes[0].patience, { from: null, to: 9 });

    await assert.rejects(trainRun(plain('same'), host(3)), { code: STOPPED });
    const same = await adarand(folder.path, 'train', '--resume', 'same', '--epochs', '4');
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /--epochs 4 changes nothing: the run has it already\n/);
    assert.ok(!('changes' in (await json('same/run.json'))));
    await assertSame('same', 'plain-4');
  });
});
