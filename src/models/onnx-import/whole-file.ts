import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { at } from '../../errors.js';
import { type ModelProto, ModelProtoSchema, ValueInfoProtoSchema } from '../../graph/onnx/onnx_pb.js';
import type { FileClassifier } from '../onnx-import.js';
import type { ExternalData } from './external-data.js';
import { bytesOutside, isOutside } from './tensor.js';

/**
 * An ONNX file, which can be decoded, for ONNX Runtime to run alone: with what it keeps in other files inside, for images
 * of this size where it is declared for another one, and with the wanted value among its outputs.
 */
export function wholeFile(
  bytes: Uint8Array,
  classifier: FileClassifier,
  imageSize: number,
  external?: ExternalData,
): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const outside = (model.graph?.initializer ?? []).filter(isOutside);
  const { height, width } = classifier.size;
  const declared = [height, width].some((side) => side !== undefined && side !== imageSize);
  const isOutput = model.graph?.output.some(({ name }) => name === classifier.output) ?? false;
  if (outside.length === 0 && !declared && isOutput) return bytes;
  for (const tensor of outside) {
    tensor.rawData = bytesOutside(tensor, classifier.file, external);
    tensor.externalData = [];
    tensor.dataLocation = 0;
  }
  if (!isOutput) model.graph?.output.push(create(ValueInfoProtoSchema, { name: classifier.output }));
  if (declared) declareSize(model, classifier, imageSize);
  return toBinary(ModelProtoSchema, model);
}

/** ONNX Runtime refuses images of another size than declared. */
function declareSize(
  { graph }: ModelProto,
  { input, channelsLast }: FileClassifier,
  imageSize: number,
): void {
  if (graph === undefined) return;
  const type = graph.input.find(({ name }) => name === input)?.type?.value;
  const dims = type?.case === 'tensorType' ? type.value.shape?.dim : undefined;
  if (dims === undefined) return;
  for (const axis of channelsLast ? [1, 2] : [2, 3])
    at(dims, axis).value = { case: 'dimValue', value: BigInt(imageSize) };
}
