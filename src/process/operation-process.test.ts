/** Runs one after another in one process: what they share changes nothing. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { inspect } from '../run/operations/inspect.js';
import { train } from '../run/operations/train.js';
import { launch } from './launch.js';
import { OperationProcess } from './operation-process.js';

describe('runs in one process', () => {
  const folder = testFolder();
  const options = (out: string, seed = 0) => ({
    data: folder.inside('colours'),
    model: folder.inside('tiny.onnx'),
    out: folder.inside(out),
    head: 'random' as const,
    epochs: 2,
    seed,
  });
  const model = (run: string) => readFileSync(folder.inside(run, 'model.onnx'));
  const digests = (run: string) => readFileSync(folder.inside(run, 'images.jsonl'), 'utf8');

  test('have the bits of runs by themselves, and notice a file that was written in between', async () => {
    await writeImages(folder.inside('colours'), 6);
    await writeModel(folder.inside('tiny.onnx'));
    const process = new OperationProcess();
    try {
      const first = await process.perform(train, options('first')).result;
      assert.ok(first.peak_memory_bytes !== null && first.peak_memory_bytes > 20e6);
      const later = await process.perform(train, options('later', 1)).result;
      // It would be that of the first.
      assert.equal(later.peak_memory_bytes, null);
      await launch(train, options('alone', 1)).result;
      assert.deepEqual(model('later'), model('alone'));

      // Another picture of the same length and time of change.
      const [red, blue] = ['red/00.png', 'blue/00.png'].map((name) => folder.inside('colours', name));
      assert.ok(red !== undefined && blue !== undefined);
      const { atime, mtime, size } = statSync(red);
      const other = Buffer.alloc(size);
      readFileSync(blue).copy(other);
      writeFileSync(red, other);
      utimesSync(red, atime, mtime);
      await process.perform(train, options('changed', 1)).result;
      await launch(train, options('changed-alone', 1)).result;
      assert.notEqual(digests('changed'), digests('later'));
      assert.equal(digests('changed'), digests('changed-alone'));
      assert.deepEqual(model('changed'), model('changed-alone'));
    } finally {
      process.close();
    }
  });

  test('one that fails ends its process, and the next has another', async () => {
    const process = new OperationProcess();
    try {
      await process.perform(train, options('before')).result;
      const nowhere = { ...options('none'), data: folder.inside('nowhere') };
      await assert.rejects(process.perform(train, nowhere).result, { code: 'data.missing' });
      const { peak_memory_bytes: peak } = await process.perform(train, options('after')).result;
      assert.notEqual(peak, null);
      assert.deepEqual(model('after'), model('before'));
    } finally {
      process.close();
    }
  });

  test('many leave nothing behind in the process that asks', async () => {
    const warnings: Error[] = [];
    const heard = (warning: Error) => warnings.push(warning);
    globalThis.process.on('warning', heard);
    const process = new OperationProcess();
    try {
      for (let i = 0; i < 12; i++) await process.perform(inspect, { model: 'sample' }).result;
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(warnings, []);
    } finally {
      process.close();
      globalThis.process.off('warning', heard);
    }
  });
});
