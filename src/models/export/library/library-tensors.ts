import { float32, type Tensor, zeros } from '../../../graph/tensor.js';
import { type Naming, toTheirs } from '../../../nn/naming/naming.js';
import type { ExportedModel } from '../onnx.js';

/** How the tensors of a classifier are written. */
export interface LibraryNames {
  readonly naming: Naming;
  /** Before the backbone's names. */
  readonly prefix: string;
  /** Our names of the classifiers. */
  readonly heads: readonly string[];
  /** How many features they see together; those that the network lacks count nothing. */
  readonly width: number;
}

/** A backbone's tensors and its classifier's under the names of a library, with BatchNorm's counters, which count nothing here. */
export function libraryTensors(
  { network, head, tensors }: ExportedModel,
  { naming, prefix, heads, width }: LibraryNames,
): ReadonlyMap<string, Tensor> {
  const own = new Map<string, Tensor<'float32'>>();
  for (const [name, { tensor }] of network.parameters) own.set(name, tensors?.get(name) ?? tensor);
  for (const [name, tensor] of network.buffers) own.set(name, tensors?.get(name) ?? tensor);
  const { weight, bias } = head;
  const classes = bias.data.length;
  const seen = weight.data.length / classes;
  const part = width / heads.length;
  for (const [i, name] of heads.entries()) {
    // Logits are the mean of the classifiers', each of which sees its part of the features.
    const data = Float32Array.from({ length: classes * part }, (_, at) => {
      const feature = i * part + (at % part);
      return feature < seen ? heads.length * (weight.data[Math.floor(at / part) * seen + feature] ?? 0) : 0;
    });
    own.set(`${name}.weight`, float32([classes, part], data)).set(`${name}.bias`, bias);
  }
  const theirs = new Map<string, Tensor>(toTheirs(naming, prefix, own));
  for (const name of [...theirs.keys()].filter((name) => name.endsWith('.running_mean')))
    theirs.set(name.replace(/running_mean$/, 'num_batches_tracked'), zeros('int64', []));
  return theirs;
}
