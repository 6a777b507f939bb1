import { readFile, stat } from 'node:fs/promises';
import { AdarandError } from '../errors.js';
import { formatBytes } from '../files/format-bytes.js';
import { specialAt } from '../files/special.js';
import { readError } from './read-error.js';

/** A list of 22 thousand classes has 2 MB. */
const LONGEST_TEXT = 2 ** 23;

/** What one message of protobuf may have. */
const LARGEST_ONNX = 2 ** 31;

/** A configuration, or an index. @throws AdarandError `model.read`, `model.not-found` or `model.config`. */
export async function readText(path: string): Promise<string> {
  const bytes = await readUpTo(
    path,
    LONGEST_TEXT,
    (size) =>
      new AdarandError(
        'model.config',
        `${path} has ${formatBytes(size)}, which is more than any description of a model`,
        'Download or export the model again.',
      ),
  );
  return new TextDecoder().decode(bytes);
}

/** An ONNX file. @throws AdarandError `model.read`, `model.not-found` or `model.damaged`. */
export function readOnnx(path: string): Promise<Uint8Array> {
  return readUpTo(
    path,
    LARGEST_ONNX - 1,
    (size) =>
      new AdarandError(
        'model.damaged',
        `${path} has ${formatBytes(size)}, and no ONNX file has 2 GB`,
        'Export the model again: what is larger keeps its weights in a file beside it (external_data=True).',
      ),
  );
}

async function readUpTo(
  path: string,
  most: number,
  tooLarge: (size: number) => AdarandError,
): Promise<Uint8Array> {
  const special = await specialAt(path);
  if (special !== undefined)
    throw new AdarandError('model.read', `${path} is a ${special}, not a file`, 'Copy the model to a file.');
  try {
    const { size } = await stat(path);
    if (size > most) throw tooLarge(size);
    return await readFile(path);
  } catch (error) {
    throw readError(path, error);
  }
}
