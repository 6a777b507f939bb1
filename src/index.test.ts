import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder, writeImages, writeModel } from '../test/helpers/cli.js';
import { exportRun, type RunEvent, resume, train } from './index.js';

describe('the library', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const at = (name: string) => join(folder.path, name);

  before(async () => {
    folder = await temporaryFolder();
    await writeImages(at('colours'), 8);
    await writeModel(at('tiny.onnx'));
  });
  after(() => folder.remove());

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

  test('an aborted signal starts nothing', async () => {
    const options = { data: at('colours'), model: at('tiny.onnx') };
    await assert.rejects(train(options, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  });

  test('the example runs', async () => {
    const example = fileURLToPath(new URL('../examples/library.js', import.meta.url));
    const args = [example, at('colours'), at('tiny.onnx'), at('colours/red/00.png')];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder.path });
    assert.match(stdout, /epoch 2 [\d.]+\ntest accuracy [\d.]+\n/);
    assert.match(stdout, /00\.png shows (blue|green|red)\n/);
  });
});
