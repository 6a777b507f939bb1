import { at } from '../../errors.js';
import { joined } from '../../graph/onnx/serialize.js';
import { onnxPieces } from '../../graph/onnx/write.js';
import { simplify } from '../../graph/simplify.js';
import type { Tensor } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { fuse } from '../../lowering/fuse.js';
import { portable } from '../../lowering/portable.js';
import { standard } from '../../lowering/standard.js';
import { linear } from '../../nn/functional.js';
import type { Head, Network } from '../../nn/network.js';
import { recordingScope } from '../../nn/scope.js';
import { freeBatch } from './free-batch.js';
import { halved } from './halving.js';

/** What is exported: a network, a classifier on its features, and current values instead of pretrained ones. */
export interface ExportedModel {
  readonly network: Network;
  readonly head: Head;
  /** Parameters and running statistics by name; those that are missing stay as they were pretrained. */
  readonly tensors?: ReadonlyMap<string, Tensor<'float32'>>;
}

export interface ExportOnnxOptions {
  /** Whether the file takes images of twice the network's size, and halves them itself. Default false. */
  readonly halve?: boolean;
}

/**
 * The classifier as an ONNX file for inference, with its weights inside: input `pixel_values` [batch,3,S,S]
 * (normalised), outputs `logits` [batch,K] and `features` [batch,d], for any batch size; S is the network's image size,
 * or twice that. BatchNorm uses its running statistics. Only operators that ONNX Runtime has on every device are used.
 *
 * @throws AdarandError `export.fixed-batch`.
 */
export function exportOnnx(model: ExportedModel, options?: ExportOnnxOptions): Uint8Array {
  return joined(exportPieces(model, options));
}

/** The same file in pieces, which hold the weights themselves: no copy of them is made. */
export function exportPieces(
  { network, head, tensors }: ExportedModel,
  { halve = false }: ExportOnnxOptions = {},
): readonly Uint8Array[] {
  const size = network.preprocessing.imageSize * (halve ? 2 : 1);
  const stored = new Map<string, Tensor>();
  for (const [name, { tensor }] of network.parameters) stored.set(name, tensors?.get(name) ?? tensor);
  for (const [name, tensor] of network.buffers) stored.set(name, tensors?.get(name) ?? tensor);
  const prefix = unusedName('head', stored);
  stored.set(`${prefix}.weight`, head.weight).set(`${prefix}.bias`, head.bias);

  const imagesOf = (batch: number) =>
    input('pixel_values', { dtype: 'float32', shape: [batch, 3, size, size] });
  const built = freeBatch(imagesOf, (images) => {
    const plain = network.features(
      halve ? halved(images) : images,
      recordingScope(network, { training: false }),
    );
    const features = at(fuse([plain]), 0);
    const weight = input(`${prefix}.weight`, head.weight);
    return standard(portable([linear(features, weight, input(`${prefix}.bias`, head.bias)), features]));
  });
  const outputs = simplify(built);
  return onnxPieces(
    {
      outputs: new Map([
        ['logits', at(outputs, 0)],
        ['features', at(outputs, 1)],
      ]),
      initializers: stored,
      freeBatch: new Set(['pixel_values', 'logits', 'features']),
    },
    'webgpu',
  );
}

function unusedName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  return taken.has(`${wanted}.weight`) || taken.has(`${wanted}.bias`)
    ? unusedName(`${wanted}_`, taken)
    : wanted;
}
