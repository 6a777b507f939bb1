import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { systemCode, writeError } from '../../files/atomic.js';
import { otherThanFolder } from '../../files/make-folder.js';
import { exportFolder } from '../../models/export.js';
import type { RunHost } from '../events.js';
import type { ExportReport, exportOptionsSchema } from '../operations/export-run.js';
import { modelCard } from './card/model-card.js';
import { openRunModel } from './run-model.js';

/**
 * Writes a run's classifier as a folder that transformers.js, and `train --model`, open.
 *
 * @throws AdarandError `export.exists`, or as `openRunModel` and `exportFolder` do.
 */
export async function exportRun(
  { run, to }: z.output<typeof exportOptionsSchema>,
  host: RunHost,
): Promise<ExportReport> {
  const model = await openRunModel(run, host);
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
  const { record, summary, unfinished } = model;
  const { method, seed } = record.options;
  await exportFolder(to, model, {
    notes: {
      version: record.machine.versions.adarand,
      method,
      seed,
      ...(unfinished === undefined ? { test_accuracy: summary?.test_accuracy } : { unfinished }),
    },
    card: modelCard(basename(resolve(to)), model),
  });
  return { run, folder: to, ...(unfinished !== undefined && { unfinished }) };
}
