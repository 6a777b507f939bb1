import { dirname, join } from 'node:path';
import { writeError, writeFileAtomic } from '../../files/atomic.js';
import { makeFolder } from '../../files/make-folder.js';
import { configOf, preprocessorConfigOf } from '../config.js';
import { isHalvedInGraph } from './halving.js';
import { type ExportedModel, exportOnnx } from './onnx.js';

/** A file of an exported folder. */
export interface ExportedFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  /** Made when it is written, so that one file at a time is in memory. */
  readonly content: () => Promise<Uint8Array | string> | Uint8Array | string;
}

/** Where the graph is in an exported folder. */
export const modelFile = 'onnx/model.onnx';

/** The graph with its weights, and how a picture becomes its input. */
export function graphFiles(model: ExportedModel): readonly ExportedFile[] {
  const { preprocessing } = model.network;
  return [
    {
      path: modelFile,
      content: () => exportOnnx(model, { halve: isHalvedInGraph(preprocessing.imageSize) }),
    },
    { path: 'preprocessor_config.json', content: () => toJson(preprocessorConfigOf(preprocessing)) },
  ];
}

/** What transformers.js asks for first. `notes` are for its part `adarand`. It is a folder's last file. */
export function configFile(
  { network, head }: ExportedModel,
  notes: Readonly<Record<string, unknown>> = {},
): ExportedFile {
  return { path: 'config.json', content: () => toJson(configOf(network, head, notes)) };
}

/**
 * Writes the classifier as a folder that transformers.js, and `openModel`, load.
 *
 * @throws AdarandError as `exportOnnx` and `writeFiles` do.
 */
export async function exportFolder(
  folder: string,
  model: ExportedModel,
  { notes }: { readonly notes?: Readonly<Record<string, unknown>> } = {},
): Promise<void> {
  await writeFiles(folder, [...graphFiles(model), configFile(model, notes)]);
}

/**
 * Writes files below a folder, in their order, each whole or not at all: a folder that has the last one is complete.
 *
 * @throws AdarandError as `writeFileAtomic` and the files' content do.
 */
export async function writeFiles(folder: string, files: readonly ExportedFile[]): Promise<void> {
  for (const { path, content } of files) {
    const made = await content();
    const file = join(folder, path);
    try {
      await makeFolder(dirname(file));
    } catch (error) {
      throw writeError(folder, error);
    }
    await writeFileAtomic(file, made);
  }
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
