import { type FileHandle, open } from 'node:fs/promises';
import { AdarandError } from '../../errors.js';

const MAGIC = 0x464c457f;
const SIXTY_FOUR_BITS = 2;
const LITTLE_ENDIAN = 1;

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const ENTRY_BYTES = 16;
/** More than any library has of dynamic entries, or of names. */
const MOST_BYTES = 1 << 24;
const MOST_NEEDED = 1000;
const LONGEST_NAME = 1000;

const LOADED = 1;
const DYNAMIC = 2;

const END = 0;
const NEEDED = 1;
const NAMES = 5;
const NAMES_BYTES = 10;

/** A part of a file, and where it is in the memory of a program that loads it. */
interface Segment {
  readonly kind: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

/**
 * The shared libraries that a shared library names as its needs (`DT_NEEDED`), in their order. What it opens by itself while
 * it runs is not among them. Only what is asked for is read, since such files have hundreds of megabytes.
 *
 * Source: System V ABI, "Object Files" and "Dynamic Linking"; ELF-64 Object File Format.
 *
 * @throws AdarandError `cuda.library` where the file is none of 64-bit Linux.
 */
export async function neededLibraries(path: string): Promise<readonly string[]> {
  const file = await open(path);
  try {
    return await readNeeded(new Bytes(file, path));
  } finally {
    await file.close();
  }
}

async function readNeeded(bytes: Bytes): Promise<readonly string[]> {
  const header = await bytes.at(0, HEADER_BYTES);
  if (
    header.getUint32(0, true) !== MAGIC ||
    header.getUint8(4) !== SIXTY_FOUR_BITS ||
    header.getUint8(5) !== LITTLE_ENDIAN
  )
    throw bytes.wrong('it does not begin like one');
  const segments = await readSegments(bytes, header);
  const dynamic = segments.find(({ kind }) => kind === DYNAMIC);
  if (dynamic === undefined) throw bytes.wrong('it is not linked dynamically');
  const entries = await bytes.at(dynamic.offset, dynamic.bytes);
  const needed: number[] = [];
  let names: number | undefined;
  let namesBytes: number | undefined;
  for (let at = 0; at + ENTRY_BYTES <= entries.byteLength; at += ENTRY_BYTES) {
    const tag = wide(entries, at);
    const value = wide(entries, at + 8);
    if (tag === END) break;
    if (tag === NEEDED) needed.push(value);
    if (tag === NAMES) names = value;
    if (tag === NAMES_BYTES) namesBytes = value;
  }
  if (needed.length === 0) return [];
  if (needed.length > MOST_NEEDED) throw bytes.wrong(`it needs ${needed.length} others`);
  if (names === undefined || namesBytes === undefined) throw bytes.wrong('it has no names');
  const text = await bytes.at(offsetOf(names, segments, bytes), namesBytes);
  return needed.map((start) => nameAt(text, start, bytes));
}

async function readSegments(bytes: Bytes, header: DataView): Promise<readonly Segment[]> {
  const [first, size, count] = [wide(header, 32), header.getUint16(54, true), header.getUint16(56, true)];
  if (size !== SEGMENT_BYTES) throw bytes.wrong(`its segments are described in ${size} bytes each`);
  const table = await bytes.at(first, count * SEGMENT_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const at = i * SEGMENT_BYTES;
    return {
      kind: table.getUint32(at, true),
      offset: wide(table, at + 8),
      address: wide(table, at + 16),
      bytes: wide(table, at + 32),
    };
  });
}

function offsetOf(address: number, segments: readonly Segment[], bytes: Bytes): number {
  const segment = segments.find(
    (each) => each.kind === LOADED && each.address <= address && address < each.address + each.bytes,
  );
  if (segment === undefined) throw bytes.wrong('its names are not in it');
  return segment.offset + address - segment.address;
}

function nameAt(text: DataView, start: number, bytes: Bytes): string {
  const last = Math.min(text.byteLength, start + LONGEST_NAME);
  let end = start;
  while (end < last && text.getUint8(end) !== 0) end += 1;
  if (end >= last) throw bytes.wrong('a name does not end');
  return Buffer.from(text.buffer, text.byteOffset + start, end - start).toString('latin1');
}

/** Beyond 2^53 it is wrong, but not less than that. */
function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** Parts of a file. */
class Bytes {
  readonly #file: FileHandle;
  readonly #path: string;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async at(offset: number, length: number): Promise<DataView> {
    if (length > MOST_BYTES || offset > Number.MAX_SAFE_INTEGER)
      throw this.wrong('a part of it is too large');
    const buffer = new Uint8Array(length);
    const { bytesRead } = await this.#file.read(buffer, 0, length, offset);
    if (bytesRead < length) throw this.wrong('it ends too early');
    return new DataView(buffer.buffer);
  }

  wrong(why: string): AdarandError {
    return new AdarandError(
      'cuda.library',
      `${this.#path} is no shared library of 64-bit Linux: ${why}`,
      'Install the package that it belongs to again.',
    );
  }
}
