/** Small models as repositories of the hub have them: their files, by path. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../../src/files/safetensors.js';
import { type Tensor, zeros } from '../../src/graph/tensor.js';
import { cifarResNet } from '../../src/nn/cifar-resnet.js';
import { backboneReferenceSchema } from './backbone-reference.js';
import { temporaryFolder, writeModel } from './cli.js';
import { readGolden } from './golden.js';
import { tensorOf } from './lcg.js';

export type Files = Readonly<Record<string, Uint8Array | string>>;

/** As `Xenova/...` has them: an ONNX file for 16 x 16 pixels, and others that are not needed. */
export async function transformersModel(): Promise<Files> {
  const onnx = await written('model.onnx', writeModel);
  return {
    'README.md': '---\nlicense: apache-2.0\n---\n# tiny',
    'config.json': JSON.stringify({ model_type: 'resnet', id2label: { 0: 'a', 1: 'b', 2: 'c', 3: 'd' } }),
    'preprocessor_config.json': JSON.stringify({ size: 16 }),
    'onnx/model.onnx': onnx,
    'onnx/model_quantized.onnx': onnx.subarray(0, 1000),
    'pytorch_model.bin': new Uint8Array(5000),
  };
}

/** As `timm/...` has them: tensors with torch's names, and a config.json that says how images are prepared. */
export async function timmModel(seed = 1): Promise<Files> {
  return {
    'config.json': timmConfig,
    'model.safetensors': await safetensors([...tensorsOf(seed)]),
    'pytorch_model.bin': new Uint8Array(5000),
  };
}

/** The same tensors in two files, with the index that transformers writes. */
export async function shardedModel(seed = 1): Promise<Files> {
  const tensors = [...tensorsOf(seed)];
  const shards = [tensors.slice(0, 20), tensors.slice(20)];
  const names = shards.map((_, i) => `model-0000${i + 1}-of-00002.safetensors`);
  const map = shards.flatMap((shard, i) => shard.map(([name]) => [name, names[i]]));
  const files = await Promise.all(shards.map(safetensors));
  return {
    'config.json': timmConfig,
    'model.safetensors.index.json': JSON.stringify({ weight_map: Object.fromEntries(map) }),
    ...Object.fromEntries(files.map((bytes, i) => [names[i], bytes])),
  };
}

/** As `laion/...` have them: tensors of a small CLIP, of which only OpenCLIP's own file tells what they are. */
export async function openClipModel(): Promise<Files> {
  const { tensors = [], config } = readGolden('backbone-openclip-quick', backboneReferenceSchema);
  return {
    'open_clip_config.json': JSON.stringify(config),
    'open_clip_model.safetensors': await safetensors(
      tensors.map((recipe) => [recipe.name, tensorOf(recipe)]),
    ),
    'open_clip_pytorch_model.bin': new Uint8Array(5000),
  };
}

const timmConfig = JSON.stringify({
  architecture: 'resnet8',
  num_classes: 5,
  num_features: 64,
  pretrained_cfg: {
    tag: 'test',
    input_size: [3, 16, 16],
    interpolation: 'bicubic',
    crop_pct: 0.875,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
});

function tensorsOf(seed: number): ReadonlyMap<string, Tensor> {
  const { parameters, buffers } = cifarResNet(8, { seed });
  return new Map<string, Tensor>([
    ...[...parameters].map(([name, { tensor }]) => [name, tensor] as const),
    ...buffers,
    ['linear.weight', zeros('float32', [5, 64])],
    ['linear.bias', zeros('float32', [5])],
  ]);
}

function safetensors(entries: readonly (readonly [string, Tensor])[]): Promise<Uint8Array> {
  return written('model.safetensors', (path) => writeSafetensors(path, new Map(entries)));
}

async function written(name: string, write: (path: string) => Promise<void>): Promise<Uint8Array> {
  const folder = await temporaryFolder();
  try {
    const path = join(folder.path, name);
    await write(path);
    return new Uint8Array(await readFile(path));
  } finally {
    await folder.remove();
  }
}
