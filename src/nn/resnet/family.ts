import type { BackboneFamily } from '../family.js';
import { resNetNamings } from './names.js';
import type { ResNetOptions, Stage } from './options.js';
import { coversResNet, resNetOptions } from './recognise.js';
import { resNet } from './resnet.js';

/** Table 1 of He et al. 2015. */
const layouts = {
  resnet18: { blocks: [2, 2, 2, 2], bottleneck: false },
  resnet34: { blocks: [3, 4, 6, 3], bottleneck: false },
  resnet50: { blocks: [3, 4, 6, 3], bottleneck: true },
} as const;

/** A ResNet of one of the standard sizes. */
function standardResNet(name: keyof typeof layouts): ResNetOptions {
  const { blocks, bottleneck } = layouts[name];
  const stages = blocks.map((count, i): Stage => {
    const width = 64 * 2 ** i;
    return { blocks: count, width, out: bottleneck ? 4 * width : width };
  });
  return { name, stem: { kind: 'standard', channels: [64] }, stages, bottleneck };
}

/** ResNets of 18 to 152 layers and more, wide ones, ResNeXt, SE-ResNet and ResNet-D, in any size that tensors tell. */
export const resNets = {
  namings: resNetNamings,
  recognise(tensors, config) {
    const options = resNetOptions(tensors, config);
    return options === undefined ? undefined : (weights) => resNet(options, weights);
  },
  covers: coversResNet,
  sizes: {
    resnet18: (weights) => resNet(standardResNet('resnet18'), weights),
    resnet34: (weights) => resNet(standardResNet('resnet34'), weights),
    resnet50: (weights) => resNet(standardResNet('resnet50'), weights),
  },
} satisfies BackboneFamily;
