import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../../graph/onnx/onnx_pb.js';
import type { ExternalData } from './external-data.js';
import { bytesOutside, isOutside } from './tensor.js';

/** An ONNX file, which can be decoded, with what it keeps in other files inside. */
export function wholeFile(bytes: Uint8Array, file: string, external: ExternalData | undefined): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const outside = (model.graph?.initializer ?? []).filter(isOutside);
  if (outside.length === 0) return bytes;
  for (const tensor of outside) {
    tensor.rawData = bytesOutside(tensor, file, external);
    tensor.externalData = [];
    tensor.dataLocation = 0;
  }
  return toBinary(ModelProtoSchema, model);
}
