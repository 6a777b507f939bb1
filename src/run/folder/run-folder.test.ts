import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { float32 } from '../../graph/tensor.js';
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
  });

  test('what a process left that was killed before its run began is removed by the next one', async () => {
    await writeFile(join(path, '.preparation.safetensors.0123456789ab.tmp'), '');
    await writeFile(join(path, '.lock.0123456789ab.claim'), `999999999 ${hostname()}\n`);
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
    assert.ok((await secondsPerEpoch(file)) >= 0);
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
