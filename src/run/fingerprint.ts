import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { Dataset } from '../data/index.js';
import type { Network } from '../nn/network.js';

/**
 * SHA-256 of what a dataset's splits are made of: class names, and of each image its label, its path inside the
 * folder and its size (for images in memory: their pixels). Equal for a copy of the folder elsewhere.
 */
export async function fingerprintDataset(dataset: Dataset): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(dataset.classes));
  for (const split of ['train', 'val', 'test'] as const) {
    const { images } = dataset[split];
    hash.update(`${split} ${images.length}\n`);
    for (const { image, label } of images) {
      if (image.kind === 'pixels') hash.update(`${label} ${image.width} ${image.height}`).update(image.data);
      else {
        const name = relative(dataset.report.path, image.path).split(sep).join('/');
        hash.update(`${label} ${name} ${(await stat(image.path)).size}\n`);
      }
    }
  }
  return hash.digest('hex');
}

/** SHA-256 of a network's tensors with their names: equal wherever and in whichever format they are stored. */
export function fingerprintNetwork({ parameters, buffers }: Network): string {
  const hash = createHash('sha256');
  const tensors = new Map([...parameters].map(([name, { tensor }]) => [name, tensor]));
  for (const [name, tensor] of buffers) tensors.set(name, tensor);
  for (const [name, { shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name} ${shape}\n`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}
