import { AdarandError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { BackboneWeights } from '../nn/backbone.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { mobileNetV2 } from '../nn/mobilenet-v2.js';
import type { Network } from '../nn/network.js';
import { resNet, resNetDepth } from '../nn/resnet.js';
import { vit } from '../nn/vit.js';

type Tensors = ReadonlyMap<string, Tensor>;

/**
 * Recognises the architecture that named tensors belong to: a CIFAR ResNet, torchvision's ResNets and MobileNetV2,
 * timm's vision transformers. `file` is for messages.
 *
 * @throws AdarandError `model.unknown-architecture`, or as the backbones do.
 */
export function networkOf(tensors: Tensors, file: string, classes?: readonly string[]): Network {
  const source: BackboneWeights = classes === undefined ? { tensors } : { tensors, classes };
  const blocks = [1, 2, 3, 4].map((stage) => countBlocks(tensors, `layer${stage}`));
  if (blocks[0] !== 0 && blocks[3] === 0 && tensors.has('linear.weight'))
    return cifarResNet(6 * (blocks[0] ?? 0) + 2, source);
  const depth = resNetDepth(blocks, tensors.has('layer1.0.conv3.weight'));
  if (depth !== undefined) return resNet(depth, source);
  if (tensors.has('features.18.0.weight')) return mobileNetV2(source);
  return transformerOf(tensors, source) ?? unknown(tensors, file);
}

/** Heads are 64 wide in every published size. */
function transformerOf(tensors: Tensors, source: BackboneWeights): Network | undefined {
  const [width, , patch] = tensors.get('patch_embed.proj.weight')?.shape ?? [];
  const [, tokens] = tensors.get('pos_embed')?.shape ?? [];
  const depth = countBlocks(tensors, 'blocks');
  if (width === undefined || patch === undefined || tokens === undefined || depth === 0) return undefined;
  const imageSize = Math.round(Math.sqrt(tokens - 1)) * patch;
  return vit({ imageSize, patch, width, depth, heads: Math.max(1, Math.round(width / 64)) }, source);
}

function countBlocks(tensors: Tensors, prefix: string): number {
  const numbers = new Set<string>();
  for (const name of tensors.keys())
    if (name.startsWith(`${prefix}.`)) numbers.add(name.slice(prefix.length + 1).split('.')[0] ?? '');
  return numbers.size;
}

function unknown(tensors: Tensors, file: string): never {
  throw new AdarandError(
    'model.unknown-architecture',
    `${file} belongs to no architecture that is known here; its tensors begin with ${[...tensors.keys()].slice(0, 3).join(', ') || 'none'}`,
    'Use tensors named as torchvision (ResNet, MobileNetV2) or timm (ViT) name them, or an ONNX export.',
  );
}
