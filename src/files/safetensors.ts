import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { AdarandError, invariant } from '../errors.js';
import { bytesOf, type DType, type Tensor } from '../graph/tensor.js';
import { writeChunksAtomic } from './atomic.js';
import { decodeElements } from './safetensors-elements.js';
import {
  damaged,
  type Entry,
  encodeHeader,
  type Header,
  maximumHeader,
  parseHeader,
} from './safetensors-header.js';
import { specialAt } from './special.js';
import { cannotRead } from './why-unreadable.js';

/** Named tensors and the file's free-form notes. */
export interface Safetensors {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors): an 8-byte little-endian header length, a
 * JSON header, the elements. float32, int32, int64, uint8 and bool keep their type; float16, bfloat16 and float64
 * become float32. Each tensor is read straight into its own buffer: the file is never in memory twice.
 *
 * @throws AdarandError `files.safetensors` for a file that is not what it says; `files.checksum` when the data is
 * not what the metadata's `sha256` was taken over, or the metadata not what its `metadata_sha256` was; `files.read` when the file cannot be read.
 */
export function readSafetensors(path: string): Promise<Safetensors> {
  return opened(path, async (file, { entries, metadata, dataStart }) => {
    const hash = hashFor(metadata);
    const tensors = new Map<string, Tensor>();
    for (const entry of entries) {
      const bytes = await readAt(file, path, dataStart + entry.begin, entry.end - entry.begin);
      hash?.update(bytes);
      tensors.set(entry.name, decodeElements(entry, bytes));
    }
    verify(hash, metadata, path);
    return { tensors, metadata };
  });
}

/** The metadata of a file, without its tensors. @throws AdarandError as `readSafetensors` does. */
export function readMetadata(path: string): Promise<Safetensors['metadata']> {
  return opened(path, async (_, { metadata }) => {
    verifyMetadata(metadata, path);
    return metadata;
  });
}

/** Opens a file, reads its header, and closes it after `read`. */
async function opened<T>(
  path: string,
  read: (file: FileHandle, header: Header & { readonly dataStart: number }) => Promise<T>,
): Promise<T> {
  let file: FileHandle | undefined;
  const special = await specialAt(path);
  if (special !== undefined) throw damaged(path, `it is a ${special}, not a file`);
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    const length = headerLength(await readAt(file, path, 0, Math.min(8, size)), size, path);
    const dataStart = 8 + length;
    const header = parseHeader(await readAt(file, path, 8, length), size - dataStart, path);
    return await read(file, { ...header, dataStart });
  } catch (error) {
    throw cannotRead(path, error);
  } finally {
    await file?.close();
  }
}

/** `readSafetensors` for bytes already in memory (a download, an archive's member); `name` is for errors. */
export function parseSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const length = headerLength(bytes.subarray(0, 8), bytes.length, name);
  const data = bytes.subarray(8 + length);
  const header = parseHeader(bytes.subarray(8, 8 + length), data.length, name);
  verify(hashFor(header.metadata)?.update(data), header.metadata, name);
  const tensors = new Map<string, Tensor>();
  for (const entry of header.entries) {
    // A copy of its own: views into `bytes` might be misaligned, and would keep all of it alive.
    tensors.set(entry.name, decodeElements(entry, Uint8Array.from(data.subarray(entry.begin, entry.end))));
  }
  return { tensors, metadata: header.metadata };
}

/**
 * Writes tensors so that other readers of the format take them, atomically. The bytes depend only on the arguments'
 * contents, not on the map's order. The metadata gains `sha256`, over the data section, and
 * `metadata_sha256`, over itself; reading verifies both.
 *
 * @throws AdarandError `files.disk-full` or `files.write`.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeChunksAtomic(path, safetensorsPieces(tensors, metadata));
}

/** What `writeSafetensors` writes, in pieces: the tensors are the arrays themselves, not copies. */
export function safetensorsPieces(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  const items = [...tensors].sort(byAlignmentThenName);
  const hash = createHash('sha256');
  let offset = 0;
  const entries = items.map(([name, tensor]): Entry => {
    const begin = offset;
    const bytes = elementsOf(tensor);
    invariant(bytes.length === bytesOf(tensor), `tensor ${name} has ${bytes.length} bytes`);
    hash.update(bytes);
    offset += bytes.length;
    return { name, dtype: stored[tensor.dtype], shape: tensor.shape, begin, end: offset };
  });
  const notes = { ...metadata, sha256: hash.digest('hex') };
  const header = encodeHeader(entries, { ...notes, metadata_sha256: digestOf(notes) });
  return [header, ...items.map(([, tensor]) => elementsOf(tensor))];
}

const stored = { float32: 'F32', int32: 'I32', int64: 'I64', int8: 'I8', uint8: 'U8', bool: 'BOOL' } as const;

/** Widest elements first keeps every tensor aligned to its element, as the format's own writer does. */
function byAlignmentThenName([a, x]: [string, Tensor], [b, y]: [string, Tensor]): number {
  return alignment[y.dtype] - alignment[x.dtype] || (a < b ? -1 : 1);
}

const alignment: Readonly<Record<DType, number>> = {
  int64: 8,
  float32: 4,
  int32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
};

function elementsOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function headerLength(prefix: Uint8Array, size: number, name: string): number {
  if (prefix.length < 8) throw damaged(name, `it has ${size} bytes, too few for a header`);
  const length = Buffer.from(prefix).readBigUInt64LE();
  if (length > BigInt(maximumHeader)) throw damaged(name, `its header claims ${length} bytes`);
  if (Number(length) > size - 8) {
    throw damaged(name, `its header claims ${length} bytes, the file has ${size - 8}`);
  }
  return Number(length);
}

/** Bytes [offset, offset + length) in a buffer of their own; the file may have been cut since its size was read. */
async function readAt(file: FileHandle, path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const piece = 64 * 1024 * 1024; // one `read` takes less than 2 GiB
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, Math.min(piece, length - done), offset + done);
    if (bytesRead === 0) throw damaged(path, 'it was cut short while it was read');
    done += bytesRead;
  }
  return bytes;
}

/** What the data of a file with a checksum goes through. Others' files have none: hashing takes as long as reading. */
function hashFor({ sha256 }: Readonly<Record<string, string>>): Hash | undefined {
  return sha256 === undefined ? undefined : createHash('sha256');
}

function verify(hash: Hash | undefined, metadata: Readonly<Record<string, string>>, name: string): void {
  if (hash !== undefined && metadata.sha256 !== hash.digest('hex')) throw mismatch(name, 'data');
  verifyMetadata(metadata, name);
}

function verifyMetadata(metadata: Readonly<Record<string, string>>, name: string): void {
  const { metadata_sha256: own, ...notes } = metadata;
  if (own !== undefined && own !== digestOf(notes)) throw mismatch(name, 'metadata');
}

function mismatch(name: string, part: 'data' | 'metadata'): AdarandError {
  return new AdarandError(
    'files.checksum',
    `${name} is damaged: its ${part} does not match its checksum.`,
    'Copy or download it again, or resume from an older checkpoint.',
  );
}

/** SHA-256 of notes, in whatever order. */
function digestOf(notes: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(notes).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
