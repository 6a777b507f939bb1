import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { testFolder, writeImages, writeModel } from '../test/helpers/cli.js';
import {
  AdarandError,
  compare,
  exportRun,
  measureFeatures,
  predict,
  type RunEvent,
  resume,
  train,
  tune,
} from './index.js';

describe('the library', () => {
  const folder = testFolder();
  const at = folder.inside;

  before(async () => {
    await writeImages(at('colours'), 8);
    await writeModel(at('tiny.onnx'));
  });

  test('trains, leaves the event loop free, stops on request, and goes on', async () => {
    const controller = new AbortController();
    const seen: RunEvent[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const options = { data: at('colours'), model: at('tiny.onnx'), out: at('run'), epochs: 4 };
    const training = train(options, {
      signal: controller.signal,
      onEvent(event) {
        seen.push(event);
        if (event.type === 'step' && event.step === 3) controller.abort();
      },
    });
    await assert.rejects(training, { name: 'AdarandError', code: 'run.stopped' });
    clearInterval(timer);
    assert.ok(ticks > 20, `${ticks} ticks of a timer`);
    assert.ok(seen.some(({ type }) => type === 'data'));
    const summary = await resume(at('run'));
    assert.equal(summary.epochs, 4);
    assert.equal((await resume({ run: at('run'), epochs: 5 })).epochs, 5);
    await assert.rejects(resume({ run: at('run'), epochs: 0 }), {
      code: 'config.invalid',
      message: 'epochs must be at least 1, not 0',
    });
    await exportRun({ run: at('run'), to: at('shipped') });
    await assert.rejects(exportRun({ run: at('run'), to: at('shipped') }), { code: 'export.exists' });
  });

  test('predicts images that are in memory, in order with those of files', async () => {
    const path = at('colours/red/00.png');
    const buffer = await readFile(path);
    const jpeg = await sharp(path).jpeg({ quality: 100 }).toBuffer();
    // A view into a larger memory, which a worker may have filled.
    const shared = new Uint8Array(new SharedArrayBuffer(buffer.length + 7)).subarray(3, 3 + buffer.length);
    shared.set(buffer);
    const answers = await predict({
      run: at('run'),
      images: [
        path,
        buffer,
        { name: 'named', bytes: Uint8Array.from(buffer) },
        shared,
        new Uint8Array(0),
        jpeg,
      ],
    });
    assert.deepEqual(
      answers.map(({ image }) => image),
      [path, 'images[1]', 'named', 'images[3]', 'images[4]', 'images[5]'],
    );
    const [first, second, third, fourth, empty, last] = answers;
    assert.equal(first?.classes?.length, 3);
    for (const other of [second, third, fourth]) assert.deepEqual(other?.classes, first?.classes);
    assert.equal(empty?.error?.message, 'images[4] cannot be read: empty file');
    const red = (answer: typeof last) =>
      answer?.classes?.find(({ name }) => name === 'red')?.probability ?? 0;
    assert.ok(Math.abs(red(last) - red(first)) < 0.05, `${red(last)} and ${red(first)}`);
  });

  test('refuses what is no image, by its place and kind', async () => {
    const refused = (image: unknown, message: string) =>
      assert.rejects(Reflect.apply(predict, undefined, [{ run: at('run'), images: ['a.jpg', image] }]), {
        code: 'config.invalid',
        message,
      });
    const wanted =
      'images[1] must be a path, the bytes of an image file (a Uint8Array), or { name, bytes }, not';
    await refused(7, `${wanted} 7`);
    await refused(new ArrayBuffer(8), `${wanted} of the type ArrayBuffer`);
    await refused(new Float32Array(8), `${wanted} of the type Float32Array`);
    await refused({ name: 'a', data: 'b' }, `${wanted} {"name":"a","data":"b"}`);
    await refused(
      { data: new Uint8Array(3_000_000), width: 1000, height: 1000, channels: 3 },
      `${wanted} {"data":Uint8Array of 3000000 bytes,"width":1000,"height":1000,"channels":3}`,
    );
    await refused(new URL('file:///a.png'), `${wanted} of the type URL`);
    await refused(new Blob(['x']), `${wanted} of the type Blob`);
    await refused(Array(1000).fill(7), `${wanted} [7,7,7,7,7,7,7,7,7,7,...]`);
    await refused('', 'images must not be empty');
  });

  test('what is refused is said in a few words, and what takes pixels', async () => {
    const long = async (images: unknown) => {
      const error: unknown = await Reflect.apply(predict, undefined, [{ run: at('run'), images }]).catch(
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof AdarandError);
      assert.equal(error.code, 'config.invalid');
      assert.ok(error.message.length < 3000, error.message);
      assert.match(String(error.hint), /`load\(run\)` opens answers for pixels/);
    };
    await long(Array(10_000).fill(7));
    await long([{ name: 'a', bytes: 'x'.repeat(1e6) }]);
    await long(new Uint8Array(1e6));
  });

  test('what is no option of a call is refused, and nothing starts', async () => {
    const options = { data: at('colours'), model: at('tiny.onnx'), out: at('none') };
    const refused = async (call: unknown, message: string) => {
      for (const [work, what] of [
        [train, options],
        [resume, at('run')],
        [tune, { ...options, trials: 1 }],
        [compare, { data: [options.data], models: [options.model], out: at('none') }],
        [predict, { run: at('run'), images: ['a.jpg'] }],
      ] as const)
        await assert.rejects(Reflect.apply(work, undefined, [what, call]), {
          name: 'AdarandError',
          code: 'config.invalid',
          message,
        });
    };
    await refused({ onEvents() {} }, 'there is no option onEvents. Did you mean "onEvent"?');
    await refused({ onEvent: 5 }, 'onEvent must be a function, not 5');
    await refused(
      { signal: new AbortController() },
      'signal must be an AbortSignal, not of the type AbortController',
    );
    await refused({ signal: null }, 'signal must be an AbortSignal, not null');
    await refused('fast', 'options must be an object, not "fast"');
    assert.equal(existsSync(at('none')), false);
  });

  test('an aborted signal starts nothing', async () => {
    const options = { data: at('colours'), model: at('tiny.onnx') };
    const signal = AbortSignal.abort('enough');
    const refused = { name: 'AdarandError', code: 'run.stopped', cause: 'enough' };
    await assert.rejects(train({ ...options, out: at('none') }, { signal }), refused);
    await assert.rejects(tune({ ...options, trials: 1, out: at('none') }, { signal }), refused);
    await assert.rejects(
      compare({ data: [options.data], models: [options.model], out: at('none') }, { signal }),
      refused,
    );
    assert.equal(existsSync(at('none')), false);
  });

  test('a search that was stopped goes on, also with another budget, and what it does not take is refused', async () => {
    const controller = new AbortController();
    const options = { data: at('colours'), model: at('tiny.onnx'), tensorboard: false, epochs: 2, folds: 1 };
    const searching = tune(
      { ...options, trials: 3, out: at('search') },
      { signal: controller.signal, onEvent: ({ type }) => type === 'tried' && controller.abort() },
    );
    await assert.rejects(searching, { name: 'AdarandError', code: 'run.stopped' });
    const refused = (search: unknown, message: RegExp) =>
      assert.rejects(Reflect.apply(tune, undefined, [search]), { code: 'config.invalid', message });
    await refused({ resume: at('search'), epochs: 3 }, /epochs/);
    await refused({ resume: at('search'), trials: 0 }, /trials must be at least 1, not 0/);
    const report = await tune({ resume: at('search'), trials: 2 });
    assert.equal(report.path, at('search'));
    assert.equal(report.configurations, 2);
    await assert.rejects(tune({ resume: at('search') }), { code: 'tune.finished' });
  });

  test('the example runs', async () => {
    const example = fileURLToPath(new URL('../examples/library.js', import.meta.url));
    const args = [example, at('colours'), at('tiny.onnx'), at('colours/red/00.png')];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder.path });
    assert.match(stdout, /epoch 2 [\d.]+\ntest accuracy [\d.]+\n/);
    const [, ofFile, ofBytes] = /00\.png shows (\w+)\nan upload shows (\w+)\n/.exec(stdout) ?? [];
    assert.equal(ofBytes, ofFile);
    assert.match(String(ofFile), /^(blue|green|red)$/);
  });
});

test("measures a researcher's own features, or says what is wrong with them", async () => {
  const golden: { features: number[]; labels: number[]; entropy: number; mutualInformation: number } =
    JSON.parse(await readFile('test/golden/analysis-entropy.json', 'utf8'));
  const { features, labels } = golden;
  const seen: string[] = [];
  const measures = await measureFeatures({ features, labels }, { onEvent: ({ type }) => seen.push(type) });
  assert.ok(Math.abs(Number(measures.entropy) - golden.entropy) < 1e-4);
  assert.ok(Math.abs(Number(measures.mutual_information) - golden.mutualInformation) < 1e-4);
  assert.deepEqual(seen, ['phase', 'progress', 'progress']);
  const lone = await measureFeatures({ features: Float32Array.of(0, 3), labels: Int32Array.of(0, 1) });
  assert.ok(Math.abs(Number(lone.entropy_without_constant) - Math.log(3)) < 1e-6);
  assert.equal(lone.conditional_entropy, null);
  for (const [wrong, code] of [
    [{ features, labels: labels.slice(1) }, 'features.shape'],
    [{ features: [], labels: [] }, 'features.shape'],
    [{ features: [1, 2], labels: [0, 0.5] }, 'features.label'],
    [{ features: [1, Number.NaN], labels: [0, 1] }, 'features.not-finite'],
  ] as const)
    await assert.rejects(measureFeatures({ features: [...wrong.features], labels: [...wrong.labels] }), {
      code,
    });
});
