import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  type StringStringEntryProto,
  StringStringEntryProtoSchema,
} from '../../src/graph/onnx/onnx_pb.js';

export interface Split {
  readonly model: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * An ONNX file whose stored tensors of at least `fewest` bytes are moved into a file called `location`, aligned, as
 * torch's exporter does. `entries` replaces what is said of a tensor's place.
 */
export function splitOnnx(
  bytes: Uint8Array,
  location: string,
  entries: Readonly<Record<string, string | undefined>> = {},
  fewest = 64,
): Split {
  const model = fromBinary(ModelProtoSchema, bytes);
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const tensor of model.graph?.initializer ?? []) {
    const { rawData } = tensor;
    if (rawData.length < fewest) continue;
    const padding = (16 - (end % 16)) % 16;
    parts.push(new Uint8Array(padding), rawData);
    const place = { location, offset: String(end + padding), length: String(rawData.length), ...entries };
    end += padding + rawData.length;
    tensor.externalData = Object.entries(place).flatMap(([key, value]) => entry(key, value));
    tensor.dataLocation = 1;
    tensor.rawData = new Uint8Array();
  }
  return { model: toBinary(ModelProtoSchema, model), data: Buffer.concat(parts) };
}

function entry(key: string, value: string | undefined): StringStringEntryProto[] {
  return value === undefined ? [] : [create(StringStringEntryProtoSchema, { key, value })];
}
