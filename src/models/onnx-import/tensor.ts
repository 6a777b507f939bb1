import { AdarandError, invariant } from '../../errors.js';
import { decodeElements } from '../../files/safetensors-elements.js';
import type { TensorProto } from '../../graph/onnx/onnx_pb.js';
import { sizeOf, type Tensor } from '../../graph/tensor.js';
import { AGAIN } from './damaged.js';
import { type ExternalData, oneFile } from './external-data.js';

/** Element types of ONNX (TensorProto.DataType) that graphs compute with; halves and doubles become float32. */
const elements = {
  1: { dtype: 'F32', bytes: 4 },
  2: { dtype: 'U8', bytes: 1 },
  6: { dtype: 'I32', bytes: 4 },
  7: { dtype: 'I64', bytes: 8 },
  9: { dtype: 'BOOL', bytes: 1 },
  10: { dtype: 'F16', bytes: 2 },
  11: { dtype: 'F64', bytes: 8 },
  16: { dtype: 'BF16', bytes: 2 },
} as const;

/** Elements that one tensor may have: far above any classifier's, far below what would exhaust the memory. */
const MAXIMUM_SIZE = 2 ** 28;

/**
 * A stored tensor, in a buffer of its own. One in another file is read by `external`; without that, it is refused.
 *
 * @throws AdarandError `model.damaged`, `model.element-type` or `model.external-data`.
 */
export function decodeTensor(proto: TensorProto, file: string, external?: ExternalData): Tensor {
  const { name, dataType } = proto;
  const shape = proto.dims.map(Number);
  const size = sizeOf(shape);
  const element = isKnown(dataType) ? elements[dataType] : undefined;
  if (element === undefined)
    throw new AdarandError(
      'model.element-type',
      `The tensor "${name}" in ${file} has ONNX element type ${dataType}, which cannot be trained`,
      'Use the float32 export of the model, not a quantised one.',
    );
  const damaged = (what: string) =>
    new AdarandError('model.damaged', `${file} is damaged: its tensor "${name}" ${what}`, AGAIN);
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0) || size > MAXIMUM_SIZE)
    throw damaged(`has the shape [${shape}]`);
  const expected = size * element.bytes;
  const bytes = isOutside(proto) ? outside(proto, file, expected, external) : rawBytes(proto);
  if (bytes.length !== expected)
    throw damaged(`has ${bytes.length} bytes where [${shape}] needs ${expected}`);
  return decodeElements({ name, dtype: element.dtype, shape, begin: 0, end: bytes.length }, bytes);
}

/** Whether a tensor's bytes are in another file. */
export function isOutside({ dataLocation }: TensorProto): boolean {
  return dataLocation === 1;
}

/** The bytes in another file of a tensor that can be decoded. */
export function bytesOutside(proto: TensorProto, file: string, external?: ExternalData): Uint8Array {
  const { dataType } = proto;
  invariant(isKnown(dataType), `the tensor "${proto.name}" has been decoded`);
  return outside(proto, file, sizeOf(proto.dims.map(Number)) * elements[dataType].bytes, external);
}

function outside(proto: TensorProto, file: string, length: number, external?: ExternalData): Uint8Array {
  if (external !== undefined) return external(proto, file, length);
  throw new AdarandError(
    'model.external-data',
    `${file} keeps the tensor "${proto.name}" in another file`,
    oneFile,
  );
}

function isKnown(dataType: number): dataType is keyof typeof elements {
  return Object.hasOwn(elements, dataType);
}

/** The elements as little-endian bytes: `raw_data`, or whichever list holds this element type. */
function rawBytes(proto: TensorProto): Uint8Array {
  if (proto.rawData.length > 0) return Uint8Array.from(proto.rawData);
  switch (proto.dataType) {
    case 1:
      return new Uint8Array(Float32Array.from(proto.floatData).buffer);
    case 7:
      return new Uint8Array(BigInt64Array.from(proto.int64Data).buffer);
    case 6:
      return new Uint8Array(Int32Array.from(proto.int32Data).buffer);
    case 10:
    case 16:
      return new Uint8Array(Uint16Array.from(proto.int32Data).buffer);
    case 11:
      return new Uint8Array(Float64Array.from(proto.doubleData).buffer);
    default:
      return Uint8Array.from(proto.int32Data);
  }
}
