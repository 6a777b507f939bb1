import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { adarand, jsonLines, lastLine, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { type MethodName, methodNames, methods } from '../methods/index.js';
import { type RunEvent, STOPPED } from '../run/events.js';
import type { TrainOptions } from '../run/options/train-options.js';
import { resumeRun, trainRun } from '../run/train/train-run.js';

/** So that whatever a method does between epochs happens within the run. */
const often: Partial<Record<MethodName, Record<string, unknown>>> = {
  'borrowing-treasures': { updateEpochs: 1, initial: 2, neighbours: 20 },
  'dr-tune': { period: 2 },
  delta: { batches: 1 },
};

describe('every method', () => {
  const folder = testFolder();
  const at = folder.inside;
  const source = (name: MethodName) => methods[name].bind().needs.includes('sourceBatch');

  before(async () => {
    process.env.ADARAND_CACHE = at('cache');
    await writeImages(at('colours'), 10);
    await writeImages(at('more'), 12, 20);
    await writeModel(at('tiny.onnx'));
  });
  after(async () => {
    delete process.env.ADARAND_CACHE;
  });

  const optionsFor = (name: MethodName, out: string): TrainOptions => ({
    data: at('colours'),
    model: at('tiny.onnx'),
    method: name,
    out: at(out),
    epochs: 3,
    batchSize: 4,
    seed: 3,
    tensorboard: false,
    methodOptions: often[name] ?? {},
    ...(source(name) ? { source: at('more') } : {}),
  });
  /** Takes this many steps at most. */
  const host = (steps: number) => {
    let done = 0;
    const emit = ({ type }: RunEvent) => {
      done += Number(type === 'step');
    };
    return { emit, stop: () => done >= steps };
  };

  for (const name of methodNames)
    test(`${name}: stopped and resumed, a run ends with the same bytes`, async () => {
      const whole = await trainRun(optionsFor(name, `${name}-whole`), host(Number.POSITIVE_INFINITY));
      assert.ok((whole.test_accuracy ?? -1) >= 0);
      // In the second of three epochs.
      const stopped = trainRun(optionsFor(name, `${name}-stopped`), host(8));
      await assert.rejects(stopped, { code: STOPPED });
      await resumeRun({ run: at(`${name}-stopped`) }, host(Number.POSITIVE_INFINITY));
      for (const file of ['model.onnx', 'checkpoints/last.safetensors', 'checkpoints/best.safetensors'])
        assert.deepEqual(
          await readFile(at(`${name}-stopped`, file)),
          await readFile(at(`${name}-whole`, file)),
          file,
        );
    });

  for (const [method, methodOptions] of [
    ['delta', { attention: 'none' }],
    ['l2-sp+core-tuning', {}],
  ] as const)
    test(`${method} ${JSON.stringify(methodOptions)}, which prepares nothing, is resumed as well`, async () => {
      const out = at(`${method}-nothing`);
      const given = { ...optionsFor('fine-tuning', out), out, method, methodOptions };
      await assert.rejects(trainRun(given, host(8)), { code: STOPPED });
      assert.ok((await resumeRun({ run: out }, host(Number.POSITIVE_INFINITY))).epochs === 3);
    });

  test('resumed with other pixels than it began with, a run is refused', async () => {
    const { exportOptionsSchema } = await import('../run/operations/export-run.js');
    const { exportRun } = await import('../run/use/export-run.js');
    const options = { run: at('fine-tuning-whole'), to: at('model') };
    await exportRun(exportOptionsSchema.parse(options), host(0));
    const given = { ...optionsFor('fine-tuning', 'shifted'), model: at('model') };
    await assert.rejects(trainRun(given, host(8)), { code: STOPPED });
    const file = at('model/preprocessor_config.json');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('"image_mean": [', '"image_mean": [0.1, 0.1, 0.1], "was": ['),
    );
    await assert.rejects(resumeRun({ run: at('shifted') }, host(1)), { code: 'run.model-changed' });
  });

  test('by one flag each on the command line, also several together, after a linear probe', async () => {
    const given = ['train', 'colours', '--model', 'tiny.onnx', '--no-tensorboard', '--epochs', '1', '--json'];
    const joint = [
      '--method',
      'uot+fnp',
      '--source',
      'more',
      '--option',
      'uot.classes=2',
      '--head',
      'linear-probe',
    ];
    const { code, stdout, stderr } = await adarand(folder.path, ...given, ...joint, '--out', 'joint');
    assert.equal(code, 0, stderr);
    assert.equal(lastLine(stdout).method, 'uot+fnp');
    const reports = jsonLines(stdout).filter(({ type }) => type === 'data');
    assert.equal(reports.length, 2, 'both folders are reported');
    assert.ok(existsSync(at('joint/preparation.safetensors')));
  });

  test('features of the frozen network are computed once', async () => {
    const files = await readdir(at('cache'));
    const train = [
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--max-steps',
      '1',
      '--method',
      'adarand',
      '--json',
    ];
    const phases = async (...more: readonly string[]) => {
      const { code, stdout, stderr } = await adarand(folder.path, ...train, ...more);
      assert.equal(code, 0, stderr);
      return jsonLines(stdout).filter(({ phase }) => phase === 'statistics').length;
    };
    assert.ok((await phases('--seed', '11', '--out', 'first')) > 0);
    assert.equal(await phases('--seed', '11', '--batch-size', '2', '--out', 'second'), 0);
    assert.equal((await readdir(at('cache'))).length, files.length + 2);
  });

  test('a loss that is not a number ends the run with a hint, and the run goes on from its last checkpoint', async () => {
    const method = at('burst.mjs');
    const graph = new URL('../graph/index.js', import.meta.url).href;
    const zod = import.meta.resolve('zod');
    // Its state counts steps; the penalty is the logarithm of what is left of eight.
    await writeFile(
      method,
      `import { z } from '${zod}';
import { add, float32, log, sub } from '${graph}';
export default {
  name: 'burst', title: 'Burst', paper: 'none', formula: 'log(8 - t)', options: z.strictObject({}),
  defaultLambda: 1, lambdaUnit: 'none',
  bind: () => ({
    needs: [],
    loss(_, { state }) {
      const t = state('t', float32([], [0]));
      return { penalty: log(sub(8, t)), updates: new Map([[t, add(t, 1)]]) };
    },
  }),
};
`,
    );
    const given = { ...optionsFor('fine-tuning', 'burst'), method: method };
    await assert.rejects(trainRun(given, host(Number.POSITIVE_INFINITY)), {
      code: 'training.diverged',
      message: /the loss became (-Infinity|NaN) at step 9/,
    });
    const steps: number[] = [];
    const emit = (event: RunEvent) => {
      if (event.type === 'step') steps.push(event.step);
    };
    await assert.rejects(resumeRun({ run: at('burst') }, { emit, stop: () => false }), {
      code: 'training.diverged',
    });
    // Five steps are an epoch: it went on after the first one.
    assert.deepEqual(steps, [6, 7, 8]);
  });

  test('source images that are also test images are left out', async () => {
    const train = [
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--method',
      'uot',
      '--max-steps',
      '1',
    ];
    const { code, stdout, stderr } = await adarand(
      folder.path,
      ...train,
      '--source',
      'colours',
      '--out',
      'overlap',
    );
    assert.equal(code, 0, stderr);
    const output = stdout + stderr;
    assert.match(output, /source colours: 3 classes, 21 images to train on as well/);
    assert.match(
      output,
      /left out, because they are also validation or test images, or near-equal to one: 9/,
    );
    assert.doesNotMatch(output.slice(output.indexOf('source colours')), /test set has|cut from/);
  });

  test('that lacks something is refused before anything is read', async () => {
    const refuse = async (pattern: RegExp, ...args: readonly string[]) => {
      const { code, stderr } = await adarand(
        folder.path,
        'train',
        'colours',
        '--model',
        'tiny.onnx',
        '--no-tensorboard',
        ...args,
      );
      assert.equal(code, 2);
      assert.match(stderr, pattern);
    };
    await refuse(/uot trains on source images.*\nhint: .*--source DIR/, '--method', 'uot');
    await refuse(
      /bss does not use source images.*\nhint: Leave out --source, or choose a --method .*: uot, borrowing-treasures\./,
      '--method',
      'bss',
      '--source',
      'more',
    );
    await refuse(/more\/nothing does not exist/, '--method', 'uot', '--source', 'more/nothing');
    await refuse(/a method is missing in "bss\+"/, '--method', 'bss+');
    await refuse(
      /there is no file \.\/nothing\.mjs\nhint: Give its path from the current folder, \//,
      '--method',
      './nothing.mjs',
    );
    await refuse(/bss is given already; .* bss\+fnp/, '--method', 'bss', '--method', 'fnp');
    await refuse(
      /uot and borrowing-treasures each choose/,
      '--method',
      'uot+borrowing-treasures',
      '--source',
      'more',
    );
  });
});
