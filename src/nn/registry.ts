import { invariant } from '../errors.js';
import type { BackboneWeights } from './backbone.js';
import { cifarResNets } from './cifar-resnet.js';
import { clipResNets } from './clip-resnet/family.js';
import type { ArchitectureConfig } from './config.js';
import { convNeXts } from './convnext/family.js';
import type { BackboneFamily } from './family.js';
import { mobileNets } from './mobile/family.js';
import { mobileNetV2s } from './mobilenet-v2.js';
import type { Network } from './network.js';
import { resNets } from './resnet/family.js';
import { vits } from './vit/family.js';

const all = [cifarResNets, clipResNets, resNets, mobileNetV2s, mobileNets, convNeXts, vits] as const;

/** Every family of backbones; at most one recognises the tensors of a file. */
export const backboneFamilies: readonly BackboneFamily[] = all;

/** Whether a configuration names a network that some family builds. */
export function isCovered(config: ArchitectureConfig): boolean {
  return backboneFamilies.some((family) => family.covers(config));
}

export type BackboneName = SizeOf<(typeof all)[number]>;

type SizeOf<F> = F extends BackboneFamily ? keyof F['sizes'] & string : never;

/** A backbone of a standard size. */
export function backboneNamed(name: BackboneName, weights: BackboneWeights): Network {
  const build = backboneFamilies.map(({ sizes }) => sizes[name]).find((found) => found !== undefined);
  invariant(build !== undefined, `a family has the size ${name}`);
  return build(weights);
}
