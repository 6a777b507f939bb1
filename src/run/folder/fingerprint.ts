import { createHash, type Hash } from 'node:crypto';
import type { Dataset } from '../../data/index.js';
import { invariant } from '../../errors.js';
import { input, topologicalOrder, type Value } from '../../graph/value.js';
import type { Network } from '../../nn/network.js';
import { recordingScope } from '../../nn/scope.js';

/**
 * SHA-256 of what a dataset's splits are made of: class names, and of each image its label and the digest of its
 * content, in order. Equal for a copy of the folder elsewhere; the names of files matter as far as they order them.
 */
export function fingerprintDataset(dataset: Dataset): string {
  const hash = createHash('sha256').update(JSON.stringify(dataset.classes));
  for (const split of ['train', 'val', 'test'] as const) {
    const { images } = dataset[split];
    hash.update(`${split} ${images.length}\n`);
    for (const { digest, label } of images) hash.update(`${label} ${digest}\n`);
  }
  return hash.digest('hex');
}

/**
 * SHA-256 of a network's tensors with their names, and of what it computes with them (in evaluation, for one image of
 * its size): equal wherever it is stored.
 */
export function fingerprintNetwork(network: Network): string {
  const { parameters, buffers } = network;
  const hash = createHash('sha256');
  hashGraph(hash, network);
  const tensors = new Map([...parameters].map(([name, { tensor }]) => [name, tensor]));
  for (const [name, tensor] of buffers) tensors.set(name, tensor);
  for (const [name, { shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name} ${shape}\n`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

/** Each node by its operator, its attributes and where its inputs come from. */
function hashGraph(hash: Hash, network: Network): void {
  const { imageSize } = network.preprocessing;
  const images = input('images', { dtype: 'float32', shape: [1, 3, imageSize, imageSize] });
  const output = network.features(images, recordingScope(network, { training: false }));
  const numbers = new Map<Value, string>();
  const nameOf = (value: Value): string => {
    const { origin, dtype, shape } = value;
    if (origin.kind === 'input') return origin.name;
    if (origin.kind === 'constant') {
      const { data } = origin.tensor;
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return `constant ${dtype} ${shape}`;
    }
    const number = numbers.get(value);
    invariant(number !== undefined, 'what comes first is numbered first');
    return number;
  };
  for (const { operator, attributes, inputs, outputs } of topologicalOrder([output])) {
    const names = inputs.map(nameOf);
    hash.update(JSON.stringify([operator.name, attributes, names]));
    outputs.forEach((value, i) => {
      numbers.set(value, `${numbers.size} ${i}`);
    });
  }
}
