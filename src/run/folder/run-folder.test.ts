import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AdarandError } from '../../errors.js';
import { float32 } from '../../graph/tensor.js';
import { commandLine } from '../command-line.js';
import { loadPreparation, savePreparation } from '../prepare/preparation.js';
import { FileCheckpoints } from './checkpoints.js';
import { MetricsLog, secondsPerEpoch } from './metrics-log.js';
import { RunFolder } from './run-folder.js';

describe('a run on disk', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'adarand-'));
  });
  afterEach(() => rm(path, { recursive: true }));

  test('a folder that did not become a run is removed with those that were made for it', async () => {
    const held = await RunFolder.reserve(join(path, 'a/b/run'), '');
    assert.ok(existsSync(join(path, 'a/b/run')));
    await held.close();
    assert.deepEqual(await readdir(path), []);
  });

  test('an empty folder may become a run; one with files may not, and keeps them', async () => {
    const held = await RunFolder.reserve(path, '');
    await held.close();
    assert.ok(existsSync(path));
    await writeFile(join(path, 'file'), '');
    await assert.rejects(RunFolder.reserve(path, ''), /exists already/);
    await assert.rejects(RunFolder.reserve(join(path, 'file'), ''), /file is a file, not a folder/);
    assert.deepEqual(await readdir(path), ['file']);
    await mkdir(join(path, 'other/checkpoints'), { recursive: true });
    await writeFile(join(path, 'other/checkpoints/last.safetensors'), '');
    await assert.rejects(RunFolder.reserve(join(path, 'other'), ''), /exists already/);
  });

  test('where a folder is taken, the message says by what, and only what helps', async () => {
    const refusal = async () => {
      const error: unknown = await RunFolder.checkFree(path).catch((error) => error);
      assert.ok(error instanceof AdarandError);
      assert.equal(error.code, 'run.exists');
      await assert.rejects(RunFolder.reserve(path, ''), { message: error.message, hint: error.hint });
      return [error.message.replace(path, 'PATH'), error.hint];
    };
    await writeFile(join(path, 'file'), '');
    const another = 'Choose another --out, or leave it out: then the run gets a folder of its own in runs/.';
    assert.deepEqual(await refusal(), ['PATH exists already: it is not a run, and not empty', another]);
    await writeFile(join(path, 'run.json'), '');
    assert.deepEqual(await refusal(), [
      'PATH exists already: a run that has not finished',
      `Choose another --out, or continue that run: ${commandLine('train', '--resume', path)}`,
    ]);
    await writeFile(join(path, 'summary.json'), '');
    assert.deepEqual(await refusal(), ['PATH exists already: a finished run', another]);
  });

  test('of several that start at once, each has a folder of its own, or the one that was named', async () => {
    const here = process.cwd();
    process.chdir(path);
    try {
      await mkdir('runs/x-2', { recursive: true });
      await writeFile('runs/x-2/.lock', `999999999 ${hostname()}\n`);
      const held = await Promise.all([1, 2, 3].map(() => RunFolder.reserve(undefined, 'x')));
      assert.deepEqual(held.map(({ folder }) => folder.path).sort(), ['runs/x-1', 'runs/x-2', 'runs/x-3']);
      for (const { close } of held) await close();
      assert.deepEqual(await readdir('.'), ['runs'], 'which was there');
      assert.deepEqual(await readdir('runs'), [], 'also what was left by a process that was killed');

      const named = await Promise.allSettled([1, 2, 3].map(() => RunFolder.reserve('one', '')));
      const got = named.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      assert.equal(got.length, 1);
      for (const result of named)
        if (result.status === 'rejected') assert.equal(result.reason.code, 'run.locked');
      assert.deepEqual(await readdir('one'), ['.lock']);
      await got[0]?.close();
      // Where another one had made it, it was there, empty, for the one that got it.
      const left = await readdir('.');
      assert.deepEqual(
        left.filter((name) => name !== 'one'),
        ['runs'],
      );
      if (left.includes('one')) assert.deepEqual(await readdir('one'), []);
    } finally {
      process.chdir(here);
    }
  });

  test('what a process left that was killed before its run began is removed by the next one', async () => {
    await writeFile(join(path, '.preparation.safetensors.0123456789ab.tmp'), '');
    await writeFile(join(path, '.lock.0123456789ab.claim'), `999999999 ${hostname()}\n`);
    await writeFile(join(path, 'preparation.safetensors'), '');
    await writeFile(join(path, 'images.jsonl'), '');
    await writeFile(join(path, '.images.jsonl.0123456789ab.tmp'), '');
    await writeFile(join(path, '.run.json.0123456789ab.tmp'), '');
    await mkdir(join(path, 'checkpoints'));
    const held = await RunFolder.reserve(path, '');
    assert.deepEqual(await readdir(path), ['.lock']);
    await held.close();
  });

  test('a checkpoint gives back tensors and position, also what JSON has no word for', async () => {
    const checkpoints = new FileCheckpoints(path);
    assert.equal(await checkpoints.loadLatest(() => {}), undefined);
    const position = { epoch: 2, batch: 3, sums: { loss: 0.1 + 0.2, odd: Number.NaN }, best: undefined };
    await checkpoints.saveLast(new Map([['w', float32([2], [1, 2])]]), position);
    const last = await checkpoints.loadLatest(() => {});
    assert.deepEqual(last?.position, position);
    assert.deepEqual([...(last?.tensors.get('w')?.data ?? [])], [1, 2]);
    await assert.rejects(checkpoints.loadBest(), /best\.safetensors/);
  });

  test('the checkpoint that is further is continued from', async () => {
    const checkpoints = new FileCheckpoints(path);
    const best = { epoch: 2, accuracy: 1, loss: 0 };
    const save = (name: 'saveLast' | 'saveBest', epoch: number, batch: number) =>
      checkpoints[name](new Map(), { epoch, batch, sums: {}, best });
    const from = async () => (await checkpoints.loadLatest(() => {}))?.position;
    await save('saveBest', 2, 0);
    assert.deepEqual(await from(), { epoch: 2, batch: 0, sums: {}, best });
    for (const [epoch, batch, expected] of [
      [1, 3, [2, 0]],
      [2, 0, [2, 0]],
      [2, 1, [2, 1]],
      [3, 0, [3, 0]],
    ] as const) {
      await save('saveLast', epoch, batch);
      const position = await from();
      assert.deepEqual([position?.epoch, position?.batch], expected);
    }
  });

  test('a resumed run drops what was logged after its checkpoint', async () => {
    const file = join(path, 'metrics.jsonl');
    const first = await MetricsLog.open(file, { step: 0, epoch: 0, logEvery: 2 });
    const step = (n: number) =>
      first.record({ type: 'step', epoch: Math.ceil(n / 4), step: n, totalSteps: 8, metrics: { loss: n } });
    for (const n of [1, 2, 3, 4]) step(n);
    first.record({ type: 'epoch', epoch: 1, epochs: 2, step: 4, metrics: {}, best: true });
    for (const n of [5, 6, 7, 8]) step(n);
    first.close();
    (await MetricsLog.open(file, { step: 6, epoch: 1, logEvery: 2 })).close();
    const { readJsonLines } = await import('../../files/json-lines.js');
    const kept = (await readJsonLines(file)).map((line) =>
      JSON.stringify(line).match(/"type":"(\w+)"|"step":\d+/g),
    );
    assert.deepEqual(
      kept.map((found) => found?.at(-1)),
      [1, 2, 4, 4, 6].map((n) => `"step":${n}`),
    );
    assert.ok(Number(await secondsPerEpoch(file)) >= 0);
    await writeFile(file, '{"type":"epoch","epoch":1,"step":4}\n');
    assert.equal(await secondsPerEpoch(file), undefined);
  });

  test('what precedes training survives being stored, to the last bit', async () => {
    const vector = float32([2], [0.1, 0.2]);
    const matrix = float32([1, 2], [0.3, 0.4]);
    const file = join(path, 'preparation.safetensors');
    const statistics = {
      perClass: { mean: matrix, std: matrix },
      overall: { mean: vector, std: vector },
      meanSquare: 0.1 + 0.2,
    };
    const head = { weight: matrix, bias: vector };
    const preparation = { statistics, head, method: { relationship: matrix } };
    const all = { statistics: true, head: true, method: true };
    await savePreparation(file, preparation, all);
    assert.deepEqual(await loadPreparation(file, all), preparation);
    const nothing = { statistics: undefined, head: undefined, method: {} };
    const none = join(path, 'none.safetensors');
    const expected = { statistics: false, head: false, method: false };
    await savePreparation(none, nothing, expected);
    assert.ok(!existsSync(none));
    assert.deepEqual(await loadPreparation(none, expected), nothing);
    // A method may find that it has nothing to prepare.
    await savePreparation(none, nothing, { ...expected, method: true });
    assert.deepEqual(await loadPreparation(none, { ...expected, method: true }), nothing);
  });
});
