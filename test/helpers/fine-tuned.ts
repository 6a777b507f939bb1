import assert from 'node:assert/strict';
import { float32 } from '../../src/graph/tensor.js';
import { parseConfig } from '../../src/models/config.js';
import { networkOf } from '../../src/models/detect.js';
import { type LibraryModel, libraryModelOf } from '../../src/models/export/library/library-model.js';
import type { ExportedModel } from '../../src/models/export/onnx.js';
import { Random } from '../../src/random.js';
import { backboneReferenceSchema } from './backbone-reference.js';
import { readGolden } from './golden.js';
import { tensorOf } from './lcg.js';

export const classes = ['a', 'b', 'c'];

/** A fine-tuned network of three classes, as a golden file's tensors make it, and the names and shapes of these. */
export function fineTuned(name: string, side?: number) {
  const reference = readGolden(name, backboneReferenceSchema);
  const { tensors = [], config, images } = reference;
  const imageSize = side ?? images.shape[2] ?? 0;
  const file = new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
  const parsed = config === null ? undefined : parseConfig(JSON.stringify(config), 'config.json');
  const opened = networkOf(file, name, { config: parsed?.architecture, imageSize });
  const preprocessing = { ...opened.preprocessing, imageSize, resizeSize: imageSize + 3 };
  const network = { ...opened, preprocessing };
  const random = new Random(3, 'test');
  const numbers = Float32Array.from({ length: 3 * network.featureSize }, () => random.normal());
  const head = {
    weight: float32([3, network.featureSize], numbers),
    bias: float32([3], [0.5, 0, -1]),
    classes,
  };
  const model: ExportedModel = { network, head };
  const shapes = new Map([...file].map(([key, { shape }]) => [key, `${shape}`]));
  return { model, shapes };
}

/** How a library has it, which has to have it. */
export function written(name: string, model: ExportedModel): LibraryModel {
  const found = libraryModelOf(model, model.network.origin);
  assert.ok(!('why' in found), name);
  return found;
}

/** Image towers, what timm calls a network with the same activation and LayerNorms, and whether they project. */
export const imageTowers: Readonly<Record<string, readonly [architecture: string, projects: boolean]>> = {
  'clip-transformers': ['vit_base_patch16_clip_quickgelu_224', true],
  'clip-transformers-classifier': ['vit_base_patch16_clip_quickgelu_224', false],
  'clip-transformers-tower': ['vit_base_patch16_clip_quickgelu_224', false],
  'openclip-options': ['vit_base_patch32_siglip_256', true],
  'openclip-quick': ['vit_base_patch16_clip_quickgelu_224', true],
  'siglip-transformers': ['vit_base_patch32_siglip_256', false],
  'siglip-transformers-classifier': ['vit_base_patch32_siglip_256', false],
  'siglip-transformers-cut': ['vit_base_patch32_siglip_256', false],
  'siglip2-transformers': ['vit_base_patch32_siglip_256', false],
  'siglip2-transformers-classifier': ['vit_base_patch32_siglip_256', false],
};
