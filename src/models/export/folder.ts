import { dirname, join } from 'node:path';
import { writeChunksAtomic, writeError } from '../../files/atomic.js';
import { makeFolder } from '../../files/make-folder.js';
import { safetensorsPieces } from '../../files/safetensors.js';
import { configOf, preprocessorConfigOf } from '../config.js';
import { isHalvedInGraph } from './halving.js';
import type { LibraryModel } from './library/library-model.js';
import { processorConfigOf } from './library/transformers-fields.js';
import { type ExportedModel, exportPieces } from './onnx.js';

type Content = string | readonly Uint8Array[];

/** A file of an exported folder. */
export interface ExportedFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  /** Made when it is written, so that one file at a time is in memory; bytes may come in pieces. */
  readonly content: () => Content | Promise<Content>;
}

/** Where the graph is in an exported folder. */
export const modelFile = 'onnx/model.onnx';

/** The graph with its weights, and how a picture becomes its input. */
export function graphFiles(model: ExportedModel): readonly ExportedFile[] {
  const { preprocessing } = model.network;
  return [
    {
      path: modelFile,
      content: () => exportPieces(model, { halve: isHalvedInGraph(preprocessing.imageSize) }),
    },
    { path: 'preprocessor_config.json', content: () => toJson(preprocessorConfigOf(preprocessing)) },
  ];
}

/** What the library of the backbone opens, beside `config.json`. */
export function libraryFiles(library: LibraryModel): readonly ExportedFile[] {
  const tensors = {
    path: 'model.safetensors',
    content: () => safetensorsPieces(library.tensors(), { format: 'pt' }),
  };
  if (library.library !== 'transformers') return [tensors];
  const processor = processorConfigOf(library.preprocessing);
  return [tensors, { path: 'processor_config.json', content: () => toJson(processor) }];
}

/** What transformers.js asks for first. `notes` are for its part `adarand`. It is a folder's last file. */
export function configFile(
  { network, head }: ExportedModel,
  notes: Readonly<Record<string, unknown>> = {},
  library?: LibraryModel,
): ExportedFile {
  const json = () => toJson(configOf(network, head, notes, library));
  return { path: 'config.json', content: () => withFloats(json(), library?.floats ?? []) };
}

/** Whole numbers as Python writes those of a type that has others, too. */
function withFloats(json: string, floats: readonly string[]): string {
  return floats.reduce(
    (text, name) => text.replace(new RegExp(`^(  "${name}": -?\\d+)(,?)$`, 'm'), '$1.0$2'),
    json,
  );
}

/**
 * Writes files below a folder, in their order, each whole or not at all: a folder that has the last one is complete.
 *
 * @throws AdarandError as `writeChunksAtomic` and the files' content do.
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
    await writeChunksAtomic(file, typeof made === 'string' ? [Buffer.from(made)] : made);
  }
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
