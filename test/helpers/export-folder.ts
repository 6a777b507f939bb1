import { configFile, graphFiles, libraryFiles, writeFiles } from '../../src/models/export/folder.js';
import type { LibraryModel } from '../../src/models/export/library/library-model.js';
import type { ExportedModel } from '../../src/models/export/onnx.js';

/** Writes the classifier as a folder that transformers.js, and `openModel`, load: `export` without what concerns a run. */
export async function exportFolder(
  folder: string,
  model: ExportedModel,
  {
    notes,
    library,
  }: { readonly notes?: Readonly<Record<string, unknown>>; readonly library?: LibraryModel } = {},
): Promise<void> {
  const beside = library === undefined ? [] : libraryFiles(library);
  await writeFiles(folder, [...graphFiles(model), ...beside, configFile(model, notes, library)]);
}
