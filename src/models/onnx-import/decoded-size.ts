import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Bytes that an object takes when it is decoded, an entry of a list, and a number of one for each byte in the file. */
const MESSAGE = 400;
const ENTRY = 100;
const LONG = 56;
const NUMBER = 8;

/** Nested deeper than any graph, a file is refused. */
const DEEPEST = 64;

/**
 * At least what a message takes in memory when it is decoded, to a factor of two: a byte may become an object. Stops
 * counting beyond `most`. What is stored as bytes counts nothing, because it is not copied.
 *
 * @throws RangeError where it is no message.
 */
export function decodedSize(schema: DescMessage, bytes: Uint8Array, most: number, depth = 0): number {
  if (depth > DEEPEST) throw new RangeError('nested too deeply');
  const reader = new BinaryReader(bytes);
  let size = MESSAGE;
  while (reader.pos < reader.len && size <= most) {
    const [number, wireType] = reader.tag();
    size += ENTRY;
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, number);
      continue;
    }
    const content = reader.bytes();
    const field = fieldsOf(schema).get(number);
    const message = field?.message;
    if (message !== undefined) size += decodedSize(message, content, most - size, depth + 1);
    else if (field?.fieldKind === 'list') size += content.length * perByte(field);
  }
  return size;
}

/** Of a packed list of numbers. */
function perByte({ scalar }: DescField): number {
  switch (scalar) {
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return LONG;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 1;
    default:
      return NUMBER;
  }
}

function fieldsOf(schema: DescMessage): ReadonlyMap<number, DescField> {
  const known = fields.get(schema) ?? new Map(schema.fields.map((field) => [field.number, field]));
  fields.set(schema, known);
  return known;
}

const fields = new Map<DescMessage, ReadonlyMap<number, DescField>>();
