import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testFolder } from '../../../test/helpers/cli.js';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import { float32 } from '../../graph/tensor.js';
import { loadPreparation, savePreparation } from './preparation.js';

const folder = testFolder();

const row = float32([1, 2], [1, 2]);
const statistics = {
  perClass: { mean: row, std: row },
  overall: { mean: float32([2], [1, 2]), std: float32([2], [3, 4]) },
  meanSquare: 0.1,
};
const head = { weight: row, bias: float32([1], [5]) };

test('what was computed before training is read back as it was', async () => {
  const path = folder.inside('all.safetensors');
  const all = { statistics: true, head: true, method: true };
  const preparation = { statistics, head, method: { centres: float32([1], [7]) } };
  await savePreparation(path, preparation, all);
  assert.deepEqual(await loadPreparation(path, all), preparation);
});

test('a mean square is written where there is one, and never taken for 0', async () => {
  const path = folder.inside('head.safetensors');
  await savePreparation(
    path,
    { statistics: undefined, head, method: {} },
    { statistics: false, head: true, method: false },
  );
  assert.equal((await readSafetensors(path)).metadata.mean_square, undefined);

  const expected = { statistics: true, head: false, method: false };
  const wrong = folder.inside('wrong.safetensors');
  await savePreparation(wrong, { statistics, head: undefined, method: {} }, expected);
  const { tensors } = await readSafetensors(wrong);
  for (const metadata of [{}, { mean_square: '' }, { mean_square: 'x' }, { mean_square: '-1' }]) {
    await writeSafetensors(wrong, tensors, metadata);
    await assert.rejects(loadPreparation(wrong, expected), {
      code: 'run.damaged',
      message: /no mean square/,
    });
  }
});
