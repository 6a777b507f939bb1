import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DatasetImage } from '../../data/index.js';
import { removeTemporaries } from '../../files/atomic.js';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import { firstNotFinite } from '../../graph/first-not-finite.js';
import { float32, sameShape, type Tensor } from '../../graph/tensor.js';
import type { Network } from '../../nn/network.js';
import type { CompileOptions } from '../../runtime/program.js';
import { fingerprintNetwork } from '../folder/fingerprint.js';

/** Increased when the features of the same images change. */
const VERSION = 3;

/** What is still being written is younger. */
const DAY_MS = 24 * 3600 * 1000;

/**
 * Features [n, d] of the pretrained network, from the disk where an earlier run has computed them, else by `compute`.
 * Their key is what they depend on: the network's tensors and preprocessing, the device, and the digests of the
 * images in their order. A cache that cannot be read or written costs time, never a run.
 */
export async function cachedFeatures(
  images: readonly DatasetImage[],
  { network, device }: Pick<CompileOptions, 'device'> & { readonly network: Network },
  compute: () => Promise<Tensor<'float32'>>,
): Promise<Tensor<'float32'>> {
  const path = join(cacheFolder(), `features-${keyOf(images, network, device)}.safetensors`);
  const stored = (await readSafetensors(path).catch(() => undefined))?.tensors.get('features');
  const shape = [images.length, network.featureSize];
  if (stored?.dtype === 'float32' && sameShape(stored.shape, shape) && firstNotFinite(stored.data) < 0)
    return float32(stored.shape, stored.data);
  const features = await compute();
  // Not recursive: where a system has folders that cannot hold others (/proc), that would never end.
  for (const folder of [dirname(cacheFolder()), cacheFolder()]) await mkdir(folder).catch(() => {});
  await writeSafetensors(path, new Map([['features', features]]), { network: network.name }).catch(() => {});
  await removeTemporaries(cacheFolder(), { olderThanMs: DAY_MS }).catch(() => {});
  return features;
}

/** Where features are kept between runs: `ADARAND_CACHE`, or the system's place for caches. It may be deleted. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.ADARAND_CACHE) return env.ADARAND_CACHE;
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'adarand', 'Cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'adarand');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'adarand');
}

function keyOf(images: readonly DatasetImage[], network: Network, device: string): string {
  const hash = createHash('sha256').update(
    JSON.stringify([VERSION, device, fingerprintNetwork(network), network.preprocessing]),
  );
  for (const { digest } of images) hash.update(digest);
  return hash.digest('hex').slice(0, 32);
}
