import { AdarandError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Network } from '../nn/network.js';
import { backboneFamilies } from '../nn/registry.js';

/**
 * The network that named tensors belong to, of whichever family recognises them. `file` is for messages.
 *
 * @throws AdarandError `model.unknown-architecture`, or as the backbones do.
 */
export function networkOf(
  tensors: ReadonlyMap<string, Tensor>,
  file: string,
  classes?: readonly string[],
): Network {
  for (const family of backboneFamilies) {
    const build = family.recognise(tensors);
    if (build !== undefined) return build(classes === undefined ? { tensors } : { tensors, classes });
  }
  const names = [...tensors.keys()].slice(0, 3);
  throw new AdarandError(
    'model.unknown-architecture',
    `${file} belongs to no architecture that is known here; ${names.length === 0 ? 'it holds no tensors' : `its tensors begin with ${names.join(', ')}`}`,
    'Use tensors named as torchvision (ResNet, MobileNetV2) or timm (ViT) name them, or an ONNX export.',
  );
}
