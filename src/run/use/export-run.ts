import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { isTemporary, removeTemporaries, writeError } from '../../files/atomic.js';
import { removeEmpty } from '../../files/folders.js';
import { lstatIfThere } from '../../files/if-there.js';
import { makeFolder, otherThanFolder } from '../../files/make-folder.js';
import { systemCode } from '../../files/system-code.js';
import { writeZip, zipBeside } from '../../files/write-zip.js';
import {
  configFile,
  type ExportedFile,
  graphFiles,
  libraryFiles,
  writeFiles,
} from '../../models/export/folder.js';
import { libraryModelOf } from '../../models/export/library/library-model.js';
import type { RunHost } from '../events.js';
import type { ExportReport, exportOptionsSchema } from '../operations/export-run.js';
import { modelCard } from './card/model-card.js';
import { checkQuantize, type QuantizedRun, quantizeRun } from './quantize-run.js';
import { QUANTIZED_FILE } from './quantized-report.js';
import { openRunModel } from './run-model.js';
import { webPage } from './web-page.js';

/**
 * Writes a run's classifier as a folder that transformers.js, and `train --model`, open. An export that fails leaves
 * nothing behind.
 *
 * @throws AdarandError `export.exists`, `export.no-effect`, or as `openRunModel`, `quantizeRun` and `writeFiles` do.
 */
export async function exportRun(
  { run, to, web, zip, quantize, data }: z.output<typeof exportOptionsSchema>,
  host: RunHost,
): Promise<ExportReport> {
  checkQuantize({ quantize, data });
  const model = await openRunModel(run, host);
  const { record, summary, unfinished } = model;
  const { method, seed } = record.options;
  const notes = {
    version: record.machine.versions.adarand,
    method,
    seed,
    ...(unfinished === undefined
      ? { test_accuracy: summary?.test_accuracy, ...(summary?.tta === 'flip' && { tta: summary.tta }) }
      : { unfinished }),
  };
  const library = libraryModelOf(model, record.model.origin);
  const written = 'why' in library ? undefined : library;
  if ('why' in library && record.model.origin !== null)
    host.emit({ type: 'remark', text: `no model.safetensors is written: ${library.why}` });
  const name = basename(resolve(to));
  const page = web ? await webPage(name, model) : [];
  const filesWith = (small: QuantizedRun | undefined): readonly ExportedFile[] => [
    ...graphFiles(model),
    ...(small === undefined ? [] : [{ path: QUANTIZED_FILE, content: () => [small.file] }]),
    ...(written === undefined ? [] : libraryFiles(written)),
    ...page,
    { path: 'README.md', content: () => modelCard(name, model, library, small?.report) },
    configFile(model, { ...notes, ...(small && { quantized: small.report }) }, written),
  ];
  const paths = filesWith(undefined).map(({ path }) => path);
  const zipped = zip ? zipBeside(to) : undefined;
  await checkFree(to, quantize ? [QUANTIZED_FILE, ...paths] : paths);
  if (zipped !== undefined) await checkNoFile(zipped);
  const small = quantize ? await quantizeRun(model, data, host) : undefined;
  const files = filesWith(small);
  const made = await make(to);
  try {
    await writeFiles(to, files);
    const zippedPaths = files.map(({ path }) => path);
    if (zipped !== undefined) await writeZip(zipped, to, zippedPaths, new Date(record.started));
  } catch (error) {
    for (const name of topOf(files))
      await rm(join(to, name), { recursive: true, force: true }).catch(() => {});
    if (made !== undefined) await removeEmpty(to, made);
    throw error;
  }
  return {
    run,
    folder: to,
    ...(written !== undefined && { library: written.library }),
    ...(zipped !== undefined && { zip: zipped }),
    ...(unfinished !== undefined && { unfinished }),
    ...(small && { quantized: small.report }),
  };
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
async function checkFree(to: string, paths: readonly string[]): Promise<void> {
  const what = await otherThanFolder(to);
  if (what !== undefined) throw exists(`${to} is ${what}, not a folder`, 'Choose another folder.');
  const folders = [...new Set(paths.map((path) => dirname(path)))].sort();
  const inside: string[] = [];
  for (const folder of folders) {
    const isFolder = (await otherThanFolder(join(to, folder))) === undefined;
    const names = isFolder ? await namesIn(join(to, folder)) : [];
    for (const name of names) {
      const path = folder === '.' ? name : `${folder}/${name}`;
      const isOurs = folders.includes(path) && (await otherThanFolder(join(to, path))) === undefined;
      if (!isOurs) inside.push(path);
    }
  }
  if (inside.length === 0) for (const folder of folders) await removeTemporaries(join(to, folder));
  else if (inside.every((path) => paths.slice(0, -1).includes(path)))
    throw exists(
      `${to} has a part of an export that was interrupted`,
      'Delete it, or choose another folder.',
    );
  else throw exists(`${to} exists and is not empty`, 'Choose another folder.');
}

async function checkNoFile(path: string): Promise<void> {
  const there = await lstatIfThere(path);
  if (there !== undefined) throw exists(`${path} exists`, 'Choose another folder, or move the file away.');
}

/** What the files are, or are in, seen from their folder. */
function topOf(files: readonly ExportedFile[]): string[] {
  return [...new Set(files.map(({ path }) => path.split('/', 1).join()))];
}

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
