import { at } from '../../errors.js';
import { simplify } from '../../graph/simplify.js';
import type { Tensor } from '../../graph/tensor.js';
import { input, type Value } from '../../graph/value.js';
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

/** The input of an exported file: normalised images [batch,3,S,S]. */
export const PIXEL_VALUES = 'pixel_values';

/** A classifier for inference, of ONNX's own operators, which ONNX Runtime has on every device. */
export interface ClassifierGraph {
  readonly logits: Value;
  readonly features: Value;
  /** The tensors that it names as inputs, besides the images. */
  readonly stored: ReadonlyMap<string, Tensor>;
}

/**
 * The graph of a classifier for any number of images. `halve`: whether they are of twice the network's size.
 *
 * @throws AdarandError `export.fixed-batch`.
 */
export function classifierGraph(
  { network, head, tensors }: ExportedModel,
  { halve }: { readonly halve: boolean },
): ClassifierGraph {
  const size = network.preprocessing.imageSize * (halve ? 2 : 1);
  const stored = new Map<string, Tensor>();
  for (const [name, { tensor }] of network.parameters) stored.set(name, tensors?.get(name) ?? tensor);
  for (const [name, tensor] of network.buffers) stored.set(name, tensors?.get(name) ?? tensor);
  const prefix = unusedName('head', stored);
  stored.set(`${prefix}.weight`, head.weight).set(`${prefix}.bias`, head.bias);

  const imagesOf = (batch: number) =>
    input(PIXEL_VALUES, { dtype: 'float32', shape: [batch, 3, size, size] });
  const built = freeBatch(imagesOf, (images) => {
    const plain = network.features(
      halve ? halved(images, network.preprocessing) : images,
      recordingScope(network, { training: false }),
    );
    const features = at(fuse([plain]), 0);
    const weight = input(`${prefix}.weight`, head.weight);
    return standard(portable([linear(features, weight, input(`${prefix}.bias`, head.bias)), features]));
  });
  const outputs = simplify(built);
  return { logits: at(outputs, 0), features: at(outputs, 1), stored };
}

function unusedName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  return taken.has(`${wanted}.weight`) || taken.has(`${wanted}.bias`)
    ? unusedName(`${wanted}_`, taken)
    : wanted;
}
