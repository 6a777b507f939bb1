import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { compare } from './compare.js';

test('a comparison that was killed in the middle is continued where it was', async () => {
  const folder = await temporaryFolder();
  const at = (...parts: readonly string[]) => join(folder.path, ...parts);
  try {
    await writeImages(at('colours'), 8);
    await writeModel(at('tiny.onnx'));
    const comparison = {
      model: 'tiny.onnx',
      datasets: ['colours'],
      methods: ['fine-tuning'],
      seeds: 3,
      epochs: 2,
      factors: [1],
    } as const;
    const run = () => compare(comparison, 'colours', { root: folder.path, out: folder.path });
    const lossesOf = (results: Awaited<ReturnType<typeof run>>) =>
      results.map(({ runs }) => runs.map(({ test_loss }) => test_loss));
    const whole = await run();
    assert.equal(new Set(lossesOf(whole).flat()).size, 3);

    const first = await readFile(at('r-colours-fine-tuning-0/summary.json'));
    await rm(at('r-colours-fine-tuning-1/summary.json'));
    await rm(at('r-colours-fine-tuning-2'), { recursive: true });
    assert.deepEqual(lossesOf(await run()), lossesOf(whole));
    assert.ok((await readFile(at('r-colours-fine-tuning-0/summary.json'))).equals(first));
  } finally {
    await folder.remove();
  }
});
