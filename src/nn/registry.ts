import type { BackboneWeights } from './backbone.js';
import { cifarResNet } from './cifar-resnet.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import type { Network } from './network.js';
import { resNet } from './resnet.js';
import { vit, vitSizes } from './vit.js';

/** Every backbone that can be built without a file, by name. */
export const backbones = {
  'resnet20-cifar': (source) => cifarResNet(20, source),
  'resnet56-cifar': (source) => cifarResNet(56, source),
  resnet18: (source) => resNet(18, source),
  resnet34: (source) => resNet(34, source),
  resnet50: (source) => resNet(50, source),
  'mobilenet-v2': (source) => mobileNetV2(source),
  'vit-tiny-16': (source) => vit(vitSizes.tiny, source),
  'vit-small-16': (source) => vit(vitSizes.small, source),
} satisfies Readonly<Record<string, (source: BackboneWeights) => Network>>;

export type BackboneName = keyof typeof backbones;
