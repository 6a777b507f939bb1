import { readdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { isTemporary, removeTemporaries, systemCode, writeError } from '../../files/atomic.js';
import { removeEmpty } from '../../files/folders.js';
import { makeFolder, otherThanFolder } from '../../files/make-folder.js';
import { exportFolder } from '../../models/export.js';
import type { RunHost } from '../events.js';
import type { ExportReport, exportOptionsSchema } from '../operations/export-run.js';
import { modelCard } from './card/model-card.js';
import { openRunModel } from './run-model.js';

/**
 * Writes a run's classifier as a folder that transformers.js, and `train --model`, open. An export that fails leaves
 * nothing behind.
 *
 * @throws AdarandError `export.exists`, or as `openRunModel` and `exportFolder` do.
 */
export async function exportRun(
  { run, to }: z.output<typeof exportOptionsSchema>,
  host: RunHost,
): Promise<ExportReport> {
  const model = await openRunModel(run, host);
  await checkFree(to);
  const { record, summary, unfinished } = model;
  const { method, seed } = record.options;
  const made = await make(to);
  try {
    await exportFolder(to, model, {
      notes: {
        version: record.machine.versions.adarand,
        method,
        seed,
        ...(unfinished === undefined ? { test_accuracy: summary?.test_accuracy } : { unfinished }),
      },
      card: modelCard(basename(resolve(to)), model),
    });
  } catch (error) {
    for (const part of parts) await rm(join(to, part), { recursive: true, force: true }).catch(() => {});
    if (made !== undefined) await removeEmpty(to, made);
    throw error;
  }
  return { run, folder: to, ...(unfinished !== undefined && { unfinished }) };
}

/** The topmost folder that was made; undefined if it is there already. */
async function make(to: string): Promise<string | undefined> {
  try {
    return await makeFolder(to);
  } catch (error) {
    throw writeError(to, error);
  }
}

/** Whether an export may be written: nothing is there but what one left that was killed in its first file. */
async function checkFree(to: string): Promise<void> {
  const what = await otherThanFolder(to);
  if (what !== undefined) throw exists(`${to} is ${what}, not a folder`, 'Choose another folder.');
  const onnx = join(to, 'onnx');
  const inside = await namesIn(to);
  const models = (await otherThanFolder(onnx)) === undefined ? await namesIn(onnx) : ['a file'];
  if (inside.every((name) => name === 'onnx') && models.length === 0)
    for (const folder of [to, onnx]) await removeTemporaries(folder);
  else if (inside.every((name) => parts.includes(name)) && models.join() === 'model.onnx')
    throw exists(
      `${to} has a part of an export that was interrupted`,
      'Delete it, or choose another folder.',
    );
  else throw exists(`${to} exists and is not empty`, 'Choose another folder.');
}

/** What is written before `config.json`. */
const parts = ['onnx', 'preprocessor_config.json', 'README.md'];

/** Without temporary files; nothing for a folder that does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !isTemporary(name));
  } catch (error) {
    // Another reason is told where the folder is made.
    if (/^(ENOENT|ENOTDIR)$/.test(systemCode(error) ?? '')) return [];
    throw writeError(folder, error);
  }
}

function exists(message: string, hint: string): AdarandError {
  return new AdarandError('export.exists', message, hint);
}
