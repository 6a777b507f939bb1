import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import { AdarandError } from '../errors.js';

/** Magic numbers, and how many dimensions follow each. */
const dimensionsOf = { images: [2051, 3], labels: [2049, 1] } as const;

export type IdxKind = keyof typeof dimensionsOf;

/** Bytes that a zipped file may hold: more than any dataset of the format, less than what would exhaust the memory. */
const MAXIMUM_BYTES = 2 ** 30;

/** Compressed bytes that hold the header for certain, and no more than some megabytes of zeros. */
const BEGINNING = 4096;

/**
 * The bytes of an IDX file, unzipped if it is a `.gz`: as many as its header asks for, so that a small file cannot fill
 * the memory.
 *
 * @throws AdarandError `data.idx`.
 */
export async function readIdxFile(path: string, kind: IdxKind): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new AdarandError(
      'data.idx',
      `${path} cannot be read`,
      'Check that it is a file, and its permissions.',
      error,
    );
  });
  return path.toLowerCase().endsWith('.gz') ? unzipIdx(bytes, kind, path) : bytes;
}

/** @throws AdarandError `data.idx`. */
export async function unzipIdx(bytes: Uint8Array, kind: IdxKind, path: string): Promise<Uint8Array> {
  const broken = (error: unknown) =>
    new AdarandError('data.idx', `${path} is not a complete gzip file`, 'Download the file again.', error);
  let beginning: Uint8Array;
  try {
    beginning = gunzipSync(bytes.subarray(0, BEGINNING), { finishFlush: constants.Z_SYNC_FLUSH });
    // Too short for a header: whether it was cut is seen at its end.
    if (beginning.length < 4 + 4 * dimensionsOf[kind][1])
      beginning = gunzipSync(bytes, { maxOutputLength: 2 ** 20 });
  } catch (error) {
    throw broken(error);
  }
  const { bytes: expected } = parseIdxHeader(beginning, kind, path);
  if (expected > MAXIMUM_BYTES) fail(`${path} should hold ${expected} bytes, more than ${MAXIMUM_BYTES}`);
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: expected });
  } catch (error) {
    if (error instanceof RangeError)
      fail(`${path} holds more than the ${expected} bytes that its header asks for`);
    throw broken(error);
  }
}

export interface IdxHeader {
  readonly sizes: readonly number[];
  readonly headerBytes: number;
  /** Of the whole file. */
  readonly bytes: number;
}

/** What a header promises: big-endian, a magic number and the dimensions. `name` is for messages. */
export function parseIdxHeader(bytes: Uint8Array, kind: IdxKind, name: string): IdxHeader {
  const [magic, dimensions] = dimensionsOf[kind];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerBytes = 4 + 4 * dimensions;
  if (bytes.length < headerBytes) fail(`${name} is truncated: ${bytes.length} bytes`);
  const found = view.getUint32(0);
  if (found !== magic) fail(`${name} does not start with ${magic} but with ${found}`);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  return { sizes, headerBytes, bytes: sizes.reduce((product, size) => product * size, 1) + headerBytes };
}

export function fail(message: string): never {
  throw new AdarandError('data.idx', message, 'The file is damaged or of another kind; download it again.');
}
