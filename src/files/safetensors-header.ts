import { z } from 'zod';
import { AdarandError } from '../errors.js';
import { type Shape, sizeOf } from '../graph/tensor.js';

/** Bytes per element of the types that can be read. */
const storedBytes = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

export type StoredType = keyof typeof storedBytes;

/** One tensor's place: bytes [begin, end) of the data section. */
export interface Entry {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of their data, which they cover without gap or overlap. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format allows 100 MB; the largest networks have a hundredth of this. */
export const maximumHeader = 2 ** 24;

/** Tensors of one file: the largest networks have some thousands. */
const MAXIMUM_TENSORS = 2 ** 16;

/**
 * Reads a safetensors header. A hostile file must not get past this point: every entry's type, shape and place
 * agree, and the places tile the `dataBytes` bytes that follow.
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, name: string): Header {
  const json = parseJson(bytes, name);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  const all = Object.entries(json);
  if (all.length > MAXIMUM_TENSORS) throw damaged(name, `it has ${all.length} tensors`);
  for (const [key, value] of all) {
    if (key === '__metadata__') metadata = parseMetadata(value, name);
    else entries.push(parseEntry(key, value, name));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name: tensor, begin, end } of entries) {
    if (begin < expected) throw damaged(name, `the data of tensor "${tensor}" overlaps another's`);
    if (begin > expected)
      throw damaged(name, `${begin - expected} bytes before tensor "${tensor}" belong to none`);
    if (end > dataBytes) {
      throw damaged(name, `tensor "${tensor}" ends at byte ${end} of ${dataBytes}: the file was cut short`);
    }
    expected = end;
  }
  if (expected !== dataBytes)
    throw damaged(name, `${dataBytes - expected} bytes at its end belong to no tensor`);
  return { entries, metadata };
}

/** The length prefix and the header, padded with spaces so that the data starts at a multiple of 8. */
export function encodeHeader(
  entries: readonly Entry[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const fields: [string, unknown][] = [['__metadata__', metadata]];
  for (const { name, dtype, shape, begin, end } of entries) {
    fields.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(fields)));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
}

export function damaged(name: string, problem: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'files.safetensors',
    `${name} is not a usable safetensors file: ${problem}.`,
    'Download or copy it again, and check that it is the file you meant.',
    cause,
  );
}

const count = z.int().nonnegative();
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});

function parseEntry(tensor: string, value: unknown, name: string): Entry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success)
    throw damaged(name, `the header's entry for tensor "${tensor}" is malformed`, parsed.error);
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (!isStoredType(dtype)) {
    throw damaged(
      name,
      `tensor "${tensor}" has type ${dtype}; known are ${Object.keys(storedBytes).join(', ')}`,
    );
  }
  const [begin, end] = offsets;
  const bytes = sizeOf(shape) * storedBytes[dtype];
  if (end - begin !== bytes) {
    throw damaged(
      name,
      `tensor "${tensor}", ${dtype} [${shape}], needs ${bytes} bytes and has ${end - begin}`,
    );
  }
  return { name: tensor, dtype, shape, begin, end };
}

function isStoredType(dtype: string): dtype is StoredType {
  return Object.hasOwn(storedBytes, dtype);
}

function parseMetadata(value: unknown, name: string): Record<string, string> {
  const parsed = z.record(z.string(), z.string()).safeParse(value);
  if (!parsed.success) throw damaged(name, 'its metadata is not a map of strings', parsed.error);
  return parsed.data;
}

function parseJson(bytes: Uint8Array, name: string): object {
  let json: unknown;
  let names: number | undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    names = namesIn(text);
    if (names !== undefined) json = JSON.parse(text);
  } catch (error) {
    throw damaged(name, 'its header is not JSON', error);
  }
  if (names === undefined) throw damaged(name, 'its header holds more than entries and their lists');
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw damaged(name, 'its header is not a JSON object');
  }
  if (names !== namesOf(json)) throw damaged(name, 'its header has a name twice');
  return json;
}

/** How many names an object and those in it have. */
function namesOf(json: object): number {
  return Object.values(json).reduce<number>(
    (sum, value) =>
      sum +
      (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value).length : 0),
    Object.keys(json).length,
  );
}

/** How many are written, because `JSON.parse` keeps the last of equal ones; undefined for a text that nests deeper. */
function namesIn(text: string): number | undefined {
  let [depth, count, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character === '\\') i += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > (character === '{' ? 2 : 3)) return undefined;
    } else if (character === '}' || character === ']') depth -= 1;
    else if (character === ':') count += 1;
  }
  return count;
}
