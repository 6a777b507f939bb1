import { basename, dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { ZipFile } from 'yazl';
import { removeTemporaries, writeChunksAtomic } from './atomic.js';

/** Where a folder's zip file is: beside it. */
export function zipBeside(folder: string): string {
  const name = basename(folder);
  const path = ['', '.', '..'].includes(name) ? resolve(folder) : join(dirname(folder), name);
  return `${path}.zip`;
}

/**
 * Writes files of a folder as a zip file, whole or not at all, under one folder of its name. They are read piece by piece.
 * With the same files and time, it has the same bytes.
 *
 * @throws AdarandError as `writeFileAtomic` does.
 */
export async function writeZip(
  zip: string,
  folder: string,
  paths: readonly string[],
  time: Date,
): Promise<void> {
  const archive = new ZipFile();
  const output = new PassThrough();
  archive.on('error', (error: Error) => output.destroy(error));
  archive.outputStream.pipe(output);
  // What a zip file cannot have in the name of a folder.
  const top = basename(resolve(folder)).replace(/[\\:]/g, '_');
  for (const path of paths)
    archive.addFile(join(folder, path), `${top}/${path}`, {
      mtime: time,
      mode: 0o100644,
      compress: !isDense(path),
    });
  archive.end();
  // What an export left that was killed in this file.
  await removeTemporaries(dirname(zip), { of: basename(zip) });
  await writeChunksAtomic(zip, output);
}

/** Weights hardly become smaller, and there are many. */
function isDense(path: string): boolean {
  return /\.(onnx|safetensors)$/.test(path);
}
