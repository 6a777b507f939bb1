import { createHash } from 'node:crypto';
import type { DatasetImage } from '../../data/index.js';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import { firstNotFinite } from '../../graph/first-not-finite.js';
import { float32, sameShape, type Tensor } from '../../graph/tensor.js';
import type { Network } from '../../nn/network.js';
import type { CompileOptions } from '../../runtime/program.js';
import { fingerprintNetwork } from '../folder/fingerprint.js';
import { keepInCache, readFromCache } from './cache-folder.js';

/** Increased when the features of the same images change. */
const VERSION = 3;

/**
 * Features [n, d] of the pretrained network, from the disk where an earlier run has computed them, else by `compute`.
 * Their key is what they depend on: the network's tensors and preprocessing, the device, and the digests of the
 * images in their order.
 */
export async function cachedFeatures(
  images: readonly DatasetImage[],
  { network, device }: Pick<CompileOptions, 'device'> & { readonly network: Network },
  compute: () => Promise<Tensor<'float32'>>,
): Promise<Tensor<'float32'>> {
  const name = `features-${keyOf(images, network, device)}.safetensors`;
  const stored = (await readFromCache(name, readSafetensors))?.tensors.get('features');
  const shape = [images.length, network.featureSize];
  if (stored?.dtype === 'float32' && sameShape(stored.shape, shape) && firstNotFinite(stored.data) < 0)
    return float32(stored.shape, stored.data);
  const features = await compute();
  await keepInCache(name, (path) =>
    writeSafetensors(path, new Map([['features', features]]), { network: network.name }),
  );
  return features;
}

function keyOf(images: readonly DatasetImage[], network: Network, device: string): string {
  const hash = createHash('sha256').update(
    JSON.stringify([VERSION, device, fingerprintNetwork(network), network.preprocessing]),
  );
  for (const { digest } of images) hash.update(digest);
  return hash.digest('hex').slice(0, 32);
}
