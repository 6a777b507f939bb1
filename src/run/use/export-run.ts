import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { exportFolder } from '../../models/export.js';
import type { ExportReport, exportOptionsSchema } from '../operations/export-run.js';
import { modelCard } from './card/model-card.js';
import { openRunModel } from './run-model.js';

/**
 * Writes a finished run's classifier as a folder that transformers.js, and `train --model`, open.
 *
 * @throws AdarandError `export.exists`, or as `openRunModel` and `exportFolder` do.
 */
export async function exportRun({ run, to }: z.output<typeof exportOptionsSchema>): Promise<ExportReport> {
  const model = await openRunModel(run);
  const inside = await readdir(to).catch(() => []);
  if (inside.length > 0)
    throw new AdarandError('export.exists', `${to} exists and is not empty`, 'Choose another folder.');
  const { record, summary } = model;
  const { method, seed } = record.options;
  await exportFolder(to, model, {
    notes: {
      version: record.machine.versions.adarand,
      method,
      seed,
      test_accuracy: summary.test_accuracy,
    },
    card: modelCard(basename(resolve(to)), record, summary),
  });
  return { run, folder: to };
}
