import { AdarandError } from '../../errors.js';
import { sizeOf } from '../../graph/tensor.js';
import type { BoundMethod } from '../../methods/method.js';
import type { Network, ParameterGroup } from '../../nn/network.js';
import type { RateFactors } from '../../training/rate-factors.js';
import type { AskedOptions } from '../options/train-options.js';

export interface GroupRate extends ParameterGroup {
  /** Numbers in it. */
  readonly size: number;
  /** Factor on its learning rate; undefined where it is frozen. */
  readonly factor: number | undefined;
}

type RateOptions = Pick<AskedOptions, 'train' | 'layerDecay' | 'backboneLrScale' | 'headLrScale'>;

/**
 * A factor for each group, from the images to the features, as timm has it: the head is one group more, and each group
 * below it learns by the decay slower than the one above.
 *
 * @throws AdarandError `config.train`.
 */
export function groupRates(
  { train, layerDecay, backboneLrScale }: RateOptions,
  { trains }: Pick<BoundMethod, 'trains'>,
  network: Pick<Network, 'name' | 'parameters' | 'groups'>,
): readonly GroupRate[] {
  const { groups, parameters } = network;
  const asked = trainedGroups(train, network);
  const trained = trains === 'head' ? 0 : asked;
  return groups.map((group, i) => ({
    ...group,
    size: group.parameters.reduce((sum, name) => sum + sizeOf(parameters.get(name)?.tensor.shape ?? []), 0),
    factor: i < groups.length - trained ? undefined : backboneLrScale * layerDecay ** (groups.length - i),
  }));
}

/** The same for each tensor, as a step wants it. */
export function rateFactors(
  groups: readonly GroupRate[],
  { backboneLrScale, headLrScale }: RateOptions,
): RateFactors {
  const backbone = new Map<string, number>();
  for (const { parameters, factor } of groups)
    if (factor !== undefined) for (const name of parameters) backbone.set(name, factor);
  return { backbone, pretrainedHead: backbone.size > 0 ? backboneLrScale : undefined, head: headLrScale };
}

/** How many groups, counted from the head, `--train` names. */
function trainedGroups(train: string, { name, groups }: Pick<Network, 'name' | 'groups'>): number {
  if (train === 'all') return groups.length;
  if (train === 'head') return 0;
  const given = train.slice('last:'.length);
  const count = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (count >= 1 && count <= groups.length) return count;
  const problem = Number.isNaN(count)
    ? 'does not say how many groups'
    : count === 0
      ? 'names no group'
      : `names more groups than ${name} has, ${groups.length}`;
  const names = groups.map((group) => group.name).join(', ');
  const counts = groups.length === 1 ? 'last:1' : `last:1 to last:${groups.length}`;
  throw new AdarandError(
    'config.train',
    `--train ${train} ${problem}`,
    groups.length === 0
      ? `${name} has no groups: choose head.`
      : `Choose ${counts}, or head. The groups of ${name}, from the images on: ${names}.`,
  );
}
