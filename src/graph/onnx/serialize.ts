import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './onnx_pb.js';

/**
 * A model's file, in pieces: its weights are the arrays themselves, not copies, so that a file takes no memory beyond
 * the weights. Fields of a message may come in any order; here the weights come last.
 */
export function serialize(model: ModelProto): readonly Uint8Array[] {
  const { graph } = model;
  if (graph === undefined) return [toBinary(ModelProtoSchema, model)];
  const { graph: _, ...others } = model;
  const head = toBinary(ModelProtoSchema, create(ModelProtoSchema, others));
  const body = toBinary(GraphProtoSchema, create(GraphProtoSchema, { ...graph, initializer: [] }));
  const weights = graph.initializer.flatMap((tensor) =>
    field(GraphProtoSchema.field.initializer, pieces(tensor)),
  );
  return [head, ...field(ModelProtoSchema.field.graph, [body, ...weights])];
}

function pieces(tensor: TensorProto): readonly Uint8Array[] {
  const rest = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { ...tensor, rawData: new Uint8Array() }),
  );
  return [rest, ...field(TensorProtoSchema.field.rawData, [tensor.rawData])];
}

/** A field that holds bytes: its number, their length, and they. */
function field({ number }: { readonly number: number }, content: readonly Uint8Array[]): Uint8Array[] {
  const prefix = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(lengthOf(content)).finish();
  return [prefix, ...content];
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
}

/** One array of them all. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(chunks));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
