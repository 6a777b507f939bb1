import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../../src/graph/onnx/onnx_pb.js';
import type { Random } from '../../src/random.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateTree, sameKind } from './mutate-tree.js';

/** Changes fields of a model as often as not, else bytes. */
export function mutateOnnx(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.uniform() < 0.3) return mutateBytes(bytes, random);
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    mutateTree(model, random, sameKind);
    return toBinary(ModelProtoSchema, model);
  } catch {
    // No model any more, or a value that its field cannot have.
    return mutateBytes(bytes, random);
  }
}
