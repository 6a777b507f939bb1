import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { at } from '../../src/errors.js';
import { parseSafetensors, writeSafetensors } from '../../src/files/safetensors.js';
import { type Tensor, zeros } from '../../src/graph/tensor.js';
import { parseConfig, parsePreprocessorConfig } from '../../src/models/config.js';
import { networkOf } from '../../src/models/detect.js';
import { licencesIn } from '../../src/models/licence.js';
import { importOnnx } from '../../src/models/onnx-import.js';
import { openModel } from '../../src/models/open.js';
import { cifarResNet } from '../../src/nn/cifar-resnet.js';
import { backboneReferenceSchema } from '../helpers/backbone-reference.js';
import { classifierFile } from '../helpers/classifier-file.js';
import { splitOnnx } from '../helpers/external-data.js';
import { readGolden } from '../helpers/golden.js';
import { tensorOf } from '../helpers/lcg.js';
import { jsonReader, textOf } from './json-reader.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateOnnx } from './mutate-onnx.js';
import { onnxSamples } from './onnx-samples.js';
import type { Reader } from './reader.js';
import { trainBriefly } from './train-briefly.js';
import { joined, parted } from './two-files.js';

const small = cifarResNet(8, { seed: 1 });
const named = new Map<string, Tensor>([
  ...[...small.parameters].map(([name, { tensor }]) => [name, tensor] as const),
  ...small.buffers,
  ['linear.weight', zeros('float32', [3, 64])],
  ['linear.bias', zeros('float32', [3])],
]);

/** Of an exported folder. */
const origin = {
  library: 'timm',
  marker: 'layer1.0.conv1.weight',
  heads: ['fc'],
  config: { library: 'timm', architecture: 'resnet18', args: { global_pool: 'avg' } },
};
const preprocessing = { imageSize: 8, resizeSize: 9, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] };

const config = { model_type: 'resnet', id2label: { 0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e' } };

/** Networks of each library and family that asks its configuration for something. */
const families = [
  'backbone-resnet-timm-next',
  'backbone-resnet-transformers-basic',
  'backbone-vit-timm',
  'backbone-vit-transformers',
  'backbone-dino-transformers-registers',
  'backbone-clip-transformers',
  'backbone-siglip-transformers',
  'backbone-openclip-options',
  'backbone-clip-resnet-timm',
  'backbone-convnext-timm',
  'backbone-convnext-transformers-v2',
  'backbone-mobilenet-v3-timm',
  'backbone-mobilenet-v2-transformers',
  'backbone-efficientnet-transformers',
] as const;

const tensorsByGolden = new Map<string, ReadonlyMap<string, Tensor>>();

function tensorsOf(golden: string): ReadonlyMap<string, Tensor> {
  const known = tensorsByGolden.get(golden);
  if (known !== undefined) return known;
  const { tensors = [] } = readGolden(golden, backboneReferenceSchema);
  const made = new Map<string, Tensor>(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
  tensorsByGolden.set(golden, made);
  return made;
}

/** Opens a model folder with these two texts, and a network of 8 x 8 images. */
async function openFolder(
  folder: string,
  texts: { readonly config: string; readonly preprocessor: string },
): Promise<void> {
  const model = join(folder, 'model');
  await mkdir(join(model, 'onnx'), { recursive: true });
  await writeFile(join(model, 'config.json'), texts.config);
  await writeFile(join(model, 'preprocessor_config.json'), texts.preprocessor);
  await writeFile(join(model, 'onnx/model.onnx'), classifierFile());
  await trainBriefly(await openModel(model));
}

export const modelReaders = {
  onnx: {
    ending: 'onnx',
    parsedIn: ['models/onnx-import/decode.ts', 'models/onnx-import/whole-file.ts'],
    samples: async () => onnxSamples(),
    mutate: mutateOnnx,
    async read(bytes) {
      await trainBriefly(importOnnx(bytes, { name: 'fuzz.onnx' }));
    },
  },
  'onnx with its data': {
    ending: 'onnx-and-data',
    parsedIn: ['models/read-file.ts', 'models/onnx-import/external-data.ts'],
    async samples() {
      const { model, data } = splitOnnx(classifierFile(), 'fuzz.onnx.data', {}, 1);
      return [joined(model, data)];
    },
    mutate(sample, random) {
      const [model, data] = parted(sample);
      return random.uniform() < 0.2
        ? joined(model, mutateBytes(data, random))
        : joined(mutateOnnx(model, random), data);
    },
    async read(bytes, folder) {
      const [model, data] = parted(bytes);
      const file = join(folder, 'fuzz.onnx');
      await writeFile(file, model);
      await writeFile(join(folder, 'fuzz.onnx.data'), data);
      await trainBriefly(await openModel(file));
    },
  },
  safetensors: {
    ending: 'safetensors',
    parsedIn: ['files/safetensors.ts', 'files/safetensors-header.ts'],
    async samples(folder) {
      const file = join(folder, 'sample.safetensors');
      await writeSafetensors(file, named);
      const bytes = await readFile(file);
      // Without checksums, which would find every change of the data before anything looks at it.
      return [bytes, Buffer.from(bytes.toString('latin1').replaceAll('sha256', 'sha255'), 'latin1')];
    },
    // The header is where most can go wrong.
    mutate: (sample, random) =>
      random.uniform() < 0.3
        ? mutateBytes(sample, random)
        : Buffer.concat([mutateBytes(sample.slice(0, 4000), random), sample.subarray(4000)]),
    async read(bytes, folder) {
      const file = join(folder, 'model.safetensors');
      await writeFile(file, bytes);
      parseSafetensors(bytes, 'fuzz.safetensors');
      await openModel(file);
    },
  },
  'config.json': jsonReader(
    ['models/config.ts', 'models/read-file.ts'],
    async () => [
      { ...config, adarand: { architecture: 'cifar_resnet' } },
      { ...config, num_labels: 5 },
      { ...config, adarand: { architecture: 'cifar_resnet', origin, preprocessing } },
    ],
    (bytes, folder) => {
      parseConfig(textOf(bytes), 'config.json');
      return openFolder(folder, { config: textOf(bytes), preprocessor: '{"size":8}' });
    },
  ),
  'open_clip_config.json': jsonReader(
    ['models/open-clip-config.ts'],
    async () => [
      {
        model_cfg: { embed_dim: 8, vision_cfg: { image_size: 8, layers: 2, width: 8, patch_size: 4 } },
        preprocess_cfg: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2], resize_mode: 'squash' },
      },
      {
        model_cfg: {
          vision_cfg: { image_size: [8, 8], timm_model_name: 'vit_tiny_patch4_8', timm_pool: 'token' },
        },
      },
    ],
    async (bytes) => {
      parseConfig(textOf(bytes), 'open_clip_config.json');
    },
  ),
  'config.json of tensors': jsonReader(
    ['models/config.ts', 'models/timm-config.ts', 'models/open-clip-config.ts'],
    async () => families.map((golden) => ({ ...readGolden(golden, backboneReferenceSchema).config, golden })),
    async (bytes) => {
      const text = textOf(bytes);
      const [, name] = /"golden":\s*"([\w-]+)"/.exec(text) ?? [];
      const golden = families.find((family) => family === name) ?? at(families, 0);
      const { architecture } = parseConfig(text, 'config.json');
      networkOf(tensorsOf(golden), golden, { config: architecture });
    },
  ),
  'preprocessor_config.json': jsonReader(
    ['models/config.ts', 'models/read-file.ts'],
    async () => [
      { size: 8 },
      {
        size: { shortest_edge: 9 },
        crop_size: { height: 8, width: 8 },
        image_mean: [0.5, 0.4, 0.3],
        image_std: [0.2, 0.2, 0.2],
      },
      {
        size: { height: 8, width: 8 },
        do_center_crop: true,
        do_rescale: true,
        rescale_factor: 0.01,
        do_normalize: false,
      },
    ],
    (bytes, folder) => {
      parsePreprocessorConfig(textOf(bytes), 'preprocessor_config.json');
      return openFolder(folder, { config: JSON.stringify(config), preprocessor: textOf(bytes) });
    },
  ),
  'README.md': {
    ending: 'md',
    parsedIn: ['models/licence.ts'],
    samples: async () => [
      Buffer.from('---\nlicense: apache-2.0\ntags:\n- a\n---\n# A model\n'),
      Buffer.from('---\r\nlicense:\r\n- mit\r\n- "other" # and more\r\n---\r\n'),
    ],
    mutate: mutateBytes,
    async read(bytes, folder) {
      await writeFile(join(folder, 'README.md'), bytes);
      await licencesIn(folder);
    },
  },
} satisfies Record<string, Reader>;
