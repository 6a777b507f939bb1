/** Models of libraries, as folders or files that the command line opens. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeSafetensors } from '../../src/files/safetensors.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { type BackboneName, backboneNamed } from '../../src/nn/registry.js';
import { backboneReferenceSchema } from './backbone-reference.js';
import { readGolden } from './golden.js';
import { tensorOf } from './lcg.js';

/** A small network of transformers, `backbone-NAME` of the golden files, for images of a size. */
export async function writeTransformersModel(folder: string, name: string, size: number): Promise<void> {
  const { tensors = [], config } = readGolden(`backbone-${name}`, backboneReferenceSchema);
  await mkdir(folder, { recursive: true });
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)])),
  );
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const preprocessor = {
    size: { shortest_edge: size + 8 },
    crop_size: { height: size, width: size },
    image_mean: [0.4, 0.5, 0.6],
    image_std: [0.25, 0.25, 0.25],
  };
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor));
}

/** A backbone with random weights, under our names, which for these are the library's. */
export async function writeTensors(path: string, name: BackboneName): Promise<void> {
  const { parameters, buffers } = backboneNamed(name, { seed: 1 });
  const tensors = new Map<string, Tensor>(buffers);
  for (const [key, { tensor }] of parameters) tensors.set(key, tensor);
  await mkdir(dirname(path), { recursive: true });
  await writeSafetensors(path, tensors);
}
