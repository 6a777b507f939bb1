import { create } from '@bufbuild/protobuf';
import { invariant } from '../../errors.js';
import type { OnnxAttribute } from '../emitter.js';
import { onnxDataType } from '../operators/cast.js';
import { type Shape, sizeOf, type Tensor, type TensorType } from '../tensor.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';

export function attributeProto(name: string, value: OnnxAttribute): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: 2, i: BigInt(value) });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: 3, s: new TextEncoder().encode(value) });
  if ('floats' in value) return create(AttributeProtoSchema, { name, type: 6, floats: [...value.floats] });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: 1, f: value.float });
  return create(AttributeProtoSchema, { name, type: 7, ints: value.map(BigInt) });
}

export function tensorProto(name: string, { dtype, shape, data }: Tensor): TensorProto {
  invariant(data.length === sizeOf(shape), `${name}: ${data.length} elements for shape [${shape}]`);
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: onnxDataType[dtype],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

/** An input or an output of a graph. */
export function valueInfoProto(
  name: string,
  { dtype, shape }: TensorType,
  freeBatch: boolean,
): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: onnxDataType[dtype],
          shape: { dim: dimensions(shape, freeBatch) },
        },
      },
    },
  });
}

function dimensions(shape: Shape, freeBatch: boolean) {
  return shape.map((size, axis) =>
    axis === 0 && freeBatch
      ? { value: { case: 'dimParam' as const, value: 'batch_size' } }
      : { value: { case: 'dimValue' as const, value: BigInt(size) } },
  );
}
