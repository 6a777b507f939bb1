import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryFolder } from '../../../../test/helpers/cli.js';
import { recordedRun, writeRuns } from '../../../../test/helpers/report-runs.js';
import { writeSafetensors } from '../../../files/safetensors.js';
import { float32, int32, type Tensor } from '../../../graph/tensor.js';
import { predictionRow, predictionsHeader } from '../../../run/use/predictions-table.js';
import { parseCsv } from './parse-csv.js';
import { readFeatures } from './read-features.js';
import { readPredictions } from './read-predictions.js';

test('CSV is read as it was written, whatever is in its cells', () => {
  const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ', 'ü') });
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
  fc.assert(
    fc.property(rows, (table) => {
      const text = table.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
      assert.deepEqual(parseCsv(text), table);
    }),
  );
  assert.deepEqual(parseCsv('a"b'), []);
});

test('predictions and features that a run has kept are read, and refused where they are not its own', async () => {
  const folder = await temporaryFolder();
  try {
    const run = recordedRun({ accuracy: 0.5, classes: ['a', 'b, "c"'], options: { data: folder.path } });
    await writeRuns(folder.path, [run]);
    const here = { ...run, path: join(folder.path, run.path) };
    const { classes } = run.record.data;
    assert.deepEqual([await readPredictions(here), await readFeatures(here)], [undefined, undefined]);
    await writeFile(join(folder.path, 'there.png'), '');
    const rows = [
      predictionRow({ name: 'there.png', truth: 'a', logits: Float32Array.of(2, 0) }, classes),
      predictionRow({ name: '../outside.png', truth: 'a', logits: Float32Array.of(0, 1) }, classes),
    ];
    const csv = join(here.path, 'predictions.csv');
    await writeFile(csv, predictionsHeader(classes) + rows.join(''));
    const answers = await readPredictions(here);
    assert.deepEqual(
      answers?.images.map(({ truth, predicted }) => [truth, predicted]),
      [
        [0, 0],
        [0, 1],
      ],
    );
    assert.ok(Math.abs((answers?.images[1]?.truthProbability ?? 0) - 1 / (1 + Math.E)) < 1e-7);
    assert.deepEqual(
      answers?.images.map(({ image }) => image !== undefined),
      [true, false],
    );
    await writeFile(csv, `${predictionsHeader(classes)}x,a,nothing,0.5,0.5\r\n`);
    await assert.rejects(readPredictions(here), {
      code: 'run.damaged',
      message: /row 1 is not a prediction/,
    });
    await writeFile(csv, predictionsHeader(['x', 'y']));
    await assert.rejects(readPredictions(here), { code: 'run.damaged', message: /its columns/ });

    await mkdir(join(here.path, 'features'));
    const features = (split: string, label: number) =>
      new Map<string, Tensor>([
        [`${split}_features`, float32([2, 3], [1, 2, 3, 4, 5, 6])],
        [`${split}_labels`, int32([2], [0, label])],
      ]);
    const save = (name: string, split: string, label = 1) =>
      writeSafetensors(join(here.path, 'features', `${name}.safetensors`), features(split, label), {});
    await save('epoch-9', 'val');
    await save('epoch-10', 'val');
    assert.equal((await readFeatures(here))?.of, 'validation images after epoch 10');
    await save('test', 'test');
    const kept = await readFeatures(here);
    assert.deepEqual([kept?.of, kept?.size, kept?.labels], ['test images', 3, [0, 1]]);
    await save('test', 'test', 2);
    await assert.rejects(readFeatures(here), { code: 'run.damaged' });
  } finally {
    await folder.remove();
  }
});
