import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { bundled, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import {
  AdarandError,
  type ClassifiedImage,
  type Classifier,
  type ClassProbability,
  exportRun,
  load,
  predict,
  type RunEvent,
  train,
} from '../index.js';

/** Images that are computed together are rounded otherwise than one alone. */
function assertNear(
  actual: readonly ClassProbability[],
  expected: readonly ClassProbability[] | undefined,
): void {
  assert.deepEqual(
    actual.map(({ name }) => name),
    expected?.map(({ name }) => name),
  );
  for (const [i, { probability }] of actual.entries())
    assert.ok(Math.abs(probability - (expected?.[i]?.probability ?? Number.NaN)) < 1e-6);
}

describe('a classifier that is kept open', () => {
  const folder = testFolder();
  let classifier: Classifier;
  const inside = folder.inside;
  const red = () => inside('colours/red/00.png');

  before(async () => {
    await writeImages(inside('colours'), 8);
    await writeModel(inside('tiny.onnx'));
    await train({
      data: inside('colours'),
      model: inside('tiny.onnx'),
      out: inside('run'),
      epochs: 2,
      tensorboard: false,
    });
    classifier = await load(inside('run'));
  });
  after(async () => {
    await classifier.close();
  });

  test('answers as predict does, for paths, bytes and pixels', async () => {
    const [expected] = await predict({ run: inside('run'), images: [red()], top: 2 });
    const { data, info } = await sharp(red()).raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const clear = new Uint8ClampedArray(await sharp(red()).ensureAlpha().raw().toBuffer());
    const pixels = { data, width, height, channels: 3 } as const;
    const images = [red(), await readFile(red()), pixels, { ...pixels, data: clear, channels: 4 }] as const;
    const answers = await classifier.predict([...images], { top: 2 });
    assert.equal(expected?.classes?.length, 2);
    for (const answer of answers) assertNear(answer, expected?.classes);
    assert.deepEqual(await classifier.predict(red(), { top: 2 }), expected?.classes);
    const grey = new Uint8Array(width * height).fill(90);
    const repeated = new Uint8Array(width * height * 3).fill(90);
    assert.deepEqual(
      await classifier.predict({ ...pixels, data: grey, channels: 1 }),
      await classifier.predict({ ...pixels, data: repeated }),
    );
    assert.deepEqual(await classifier.predict([]), []);
    assert.deepEqual([...classifier.classes], ['blue', 'green', 'red']);
    assert.equal(classifier.unfinished, undefined);
    const features = await classifier.features(red());
    assert.ok(features instanceof Float32Array);
    assert.equal(features.length, 64);
  });

  test('of an exported folder, too', async () => {
    await exportRun({ run: inside('run'), to: inside('shipped') });
    const exported = await load(inside('shipped'));
    const expected = await classifier.predict(red());
    const answer = await exported.predict(red());
    assertNear(answer, expected);
    await exported.close();
  });

  test('many calls at once; a damaged image rejects its own, and timers fire meanwhile', async () => {
    const alone = await classifier.predict(red());
    await writeFile(inside('broken.png'), 'no image');
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const calls = Array.from({ length: 50 }, (_, i) =>
      classifier.predict(i === 20 ? inside('broken.png') : red()),
    );
    const settled = await Promise.allSettled(calls);
    clearInterval(timer);
    assert.ok(ticks > 0);
    for (const [i, call] of settled.entries()) {
      if (call.status === 'fulfilled') assertNear(call.value, alone);
      else {
        assert.equal(i, 20);
        assert.equal(call.reason.code, 'predict.unreadable-image');
        assert.match(call.reason.message, /broken\.png cannot be read: not an image/);
      }
    }
    assert.equal(settled[20]?.status, 'rejected');
  });

  test('refuses what is no image, with the numbers', async () => {
    const data = new Uint8Array(11);
    await assert.rejects(classifier.predict({ data, width: 2, height: 2, channels: 3 }), {
      code: 'data.pixels',
      message: 'the image of 2 x 2 pixels and 3 channels came with 11 bytes',
    });
    await assert.rejects(classifier.predict({ data, width: 2, height: 2, channels: 1 }), {
      message: 'the image of 2 x 2 pixels and 1 channels came with 11 bytes',
    });
    await assert.rejects(classifier.predict({ data, width: 3, height: 1, channels: 4 }), {
      message: 'the image of 3 x 1 pixels and 4 channels came with 11 bytes',
    });
    await assert.rejects(classifier.predict([red(), Reflect.get(Object, 'nothing')]), {
      code: 'predict.no-image',
      message: 'images[1] is no image: it is undefined',
    });
    await assert.rejects(classifier.predict(new Uint8Array(0)), {
      code: 'predict.unreadable-image',
      message: 'the image cannot be read: empty file',
    });
    await assert.rejects(classifier.predict(red(), { top: 0 }), { code: 'config.invalid' });
    await assert.rejects(load(inside('nowhere')), {
      code: 'load.no-classifier',
      message: `${inside('nowhere')} does not exist`,
    });
  });

  test('refuses what has no image file as `predict` does', async () => {
    for (const image of [inside('gone.png'), 'https://example.org/x.jpg']) {
      const [answer] = await predict({ run: inside('run'), images: [image] });
      const { code, message } = answer?.error ?? assert.fail();
      assert.equal(code, 'predict.no-image');
      await assert.rejects(classifier.predict(image), { code, message });
    }
    await assert.rejects(classifier.predict('https://example.org/x.jpg'), {
      message: 'https://example.org/x.jpg is an address on the network, not a file',
      hint: 'Download it, and give its path or its bytes.',
    });
    await assert.rejects(classifier.predict(new URL('https://example.org/x.jpg')), {
      code: 'predict.no-image',
      message: 'https://example.org/x.jpg is an address on the network, not a file',
    });
    await assert.rejects(classifier.predict(inside('colours')), {
      code: 'predict.no-image',
      message: `${inside('colours')} is a folder`,
    });
  });

  test('takes an image in the forms that programs have it in', async () => {
    const expected = await classifier.predict(red());
    const bytes = await readFile(red());
    const buffer = new ArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    const forms = [
      pathToFileURL(red()),
      bytes,
      buffer,
      new Blob([bytes]),
      new File([bytes], 'red.png'),
      new Response(buffer),
      { name: 'red', bytes },
      { name: 'red', bytes: buffer },
    ];
    for (const form of forms) assert.deepEqual(await classifier.predict(form), expected);
    await assert.rejects(classifier.predict({ name: 'upload 7', bytes: new Uint8Array(3) }), {
      code: 'predict.unreadable-image',
      message: /^upload 7 cannot be read: /,
    });
    await assert.rejects(classifier.predict(JSON.parse('{ "path": "x" }')), {
      code: 'predict.no-image',
      message: 'the image is no image: it is an object with path',
    });
    await assert.rejects(classifier.predict(''), { message: 'the image is no image: it is an empty text' });
  });

  test('copies what it is given: its memory may be written to at once', async () => {
    const expected = await classifier.predict(red());
    const file = await readFile(red());
    const { data, info } = await sharp(red()).raw().toBuffer({ resolveWithObject: true });
    const size = { width: info.width, height: info.height, channels: 3 } as const;
    const written = async (memory: Uint8Array | Uint8ClampedArray, image: ClassifiedImage) => {
      const answer = classifier.predict(image);
      memory.fill(0);
      assert.deepEqual(await answer, expected);
    };
    const buffer = Buffer.from(file);
    await written(buffer, buffer);
    const bytes = new Uint8Array(file);
    await written(bytes, bytes);
    const whole = new Uint8Array(file);
    await written(whole, whole.buffer);
    const named = new Uint8Array(file);
    await written(named, { name: 'frame', bytes: named });
    const pixels = new Uint8Array(data);
    await written(pixels, { data: pixels, ...size });
    const clamped = new Uint8ClampedArray(data);
    await written(clamped, { data: clamped, ...size });
    // Of several, and for features, too.
    const frame = new Uint8Array(data);
    const both = classifier.predict([red(), { data: frame, ...size }]);
    frame.fill(0);
    assertNear((await both)[1] ?? [], expected);
    const seen = new Uint8Array(data);
    const features = classifier.features({ data: seen, ...size });
    seen.fill(0);
    assert.deepEqual(await features, await classifier.features(red()));
  });

  test('closed, it answers no more; closing again does nothing', async () => {
    const other = await load(inside('run'));
    const pending = assert.rejects(other.predict(red()), { code: 'classifier.closed' });
    await other.close();
    await pending;
    await other.close();
    await assert.rejects(other.predict(red()), { code: 'classifier.closed' });
  });

  test('`await using` closes it', async () => {
    let kept: Classifier;
    {
      await using own = await load(inside('run'));
      kept = own;
      assert.equal((await own.predict(red())).length, 3);
    }
    await assert.rejects(kept.predict(red()), { code: 'classifier.closed' });
  });

  test('of a run that is not finished, as predict does', async () => {
    const stopping = new AbortController();
    const onEvent = ({ type }: RunEvent) => {
      if (type === 'epoch') stopping.abort();
    };
    const options = {
      data: inside('colours'),
      model: inside('tiny.onnx'),
      out: inside('begun'),
      epochs: 400,
    };
    await assert.rejects(train(options, { onEvent, signal: stopping.signal }), { code: 'run.stopped' });
    await using begun = await load(inside('begun'));
    assert.equal(begun.unfinished?.epochs, 400);
    const [expected] = await predict({ run: inside('begun'), images: [red()], top: 3 });
    assert.deepEqual(await begun.predict(red()), expected?.classes);
  });

  test('damaged, it is refused with what is wrong', async () => {
    await cp(inside('run'), inside('damaged'), { recursive: true });
    await writeFile(join(inside('damaged'), 'model.onnx'), 'nothing');
    await assert.rejects(load(inside('damaged')), (error) => {
      assert.ok(error instanceof AdarandError);
      assert.equal(error.code, 'model.damaged');
      return true;
    });
    await rm(join(inside('damaged'), 'model.onnx'));
    await assert.rejects(load(inside('damaged')), {
      code: 'run.damaged',
      message: `${join(inside('damaged'), 'model.onnx')} is not what a finished run writes: it is not there`,
    });
  });

  test('its process ends with a program that was killed', {
    skip: process.platform !== 'linux' && 'it finds the process in /proc',
  }, async () => {
    const program = `
import { readFileSync } from 'node:fs';
import { load } from '${pathToFileURL(bundled('index')).href}';
const classifier = await load(process.argv[1]);
console.log(readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim());
setInterval(() => {}, 1000);`;
    const args = ['--input-type=module', '-e', program, inside('run')];
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const child = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (text) => resolve(Number(text))),
    );
    assert.ok(existsSync(`/proc/${child}`));
    parent.kill('SIGKILL');
    const deadline = performance.now() + 20_000;
    while (existsSync(`/proc/${child}`) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(!existsSync(`/proc/${child}`));
  });

  test('a program that does not close it ends; one whose process was killed hears of it and goes on', {
    skip: process.platform !== 'linux' && 'it finds the process in /proc',
  }, async () => {
    const program = `
import { readFileSync } from 'node:fs';
import { load } from '${pathToFileURL(bundled('index')).href}';
const [, folder, image] = process.argv;
const classifier = await load(folder);
const child = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim();
const pending = [classifier.predict(image), classifier.predict(image)];
process.kill(Number(child), 'SIGKILL');
for (const { reason } of await Promise.allSettled(pending)) console.log(reason?.code);
console.log((await classifier.predict(image)).length);`;
    const args = ['--input-type=module', '-e', program, inside('run'), red()];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(printed, 'process.crashed\nprocess.crashed\n3\n');
    assert.equal(code, 0);
  });
});
