import { readdir } from 'node:fs/promises';
import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { systemCode, writeError } from '../../files/atomic.js';
import { otherThanFolder } from '../../files/make-folder.js';
import { exportFolder } from '../../models/export.js';
import type { ExportReport, exportOptionsSchema } from '../operations/export-run.js';
import { openRunModel } from './run-model.js';

/**
 * Writes a finished run's classifier as a folder that transformers.js, and `train --model`, open.
 *
 * @throws AdarandError `export.exists`, or as `openRunModel` and `exportFolder` do.
 */
export async function exportRun({ run, to }: z.output<typeof exportOptionsSchema>): Promise<ExportReport> {
  const model = await openRunModel(run);
  const what = await otherThanFolder(to);
  if (what !== undefined)
    throw new AdarandError('export.exists', `${to} is ${what}, not a folder`, 'Choose another folder.');
  const inside = await readdir(to).catch((error: unknown) => {
    // Another reason is told where the folder is made.
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw writeError(to, error);
  });
  if (inside.length > 0)
    throw new AdarandError('export.exists', `${to} exists and is not empty`, 'Choose another folder.');
  const { method, seed } = model.record.options;
  const summary = await model.folder.summary();
  await exportFolder(to, model, {
    version: model.record.machine.versions.adarand,
    method,
    seed,
    test_accuracy: summary?.test_accuracy,
  });
  return { run, folder: to };
}
