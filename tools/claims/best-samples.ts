import type { Claim } from './claim.js';
import type { Evidence } from './evidence/schema.js';
import { type Ground, groundsIn } from './ground.js';
import { Missing } from './missing.js';
import { gainAt, gains } from './paper.js';
import { type Sample, sampleOf } from './sample.js';

/**
 * A sample for each part of a claim, all of one ground: the one with the most parts and, of these, the most values, which looks
 * at no result. Experiments are not put together, since they may have the same images and seeds. Where no ground has any, what
 * is missing on the first by name.
 */
export function bestSamples(claim: Claim, evidence: readonly Evidence[]): (Sample | Missing)[] {
  const candidates = evidence
    .flatMap((one) => groundsIn(one, claim.shares === 2 ? twoShares : singleShares))
    .map((ground) => {
      const samples = claim.parts.map((part) => sampleOf(part, ground));
      return { samples, name: nameOf(ground), ...sizeOf(samples) };
    })
    .sort((a, b) => b.parts - a.parts || b.values - a.values || (a.name < b.name ? -1 : 1));
  const [best] = candidates;
  return best?.samples ?? claim.parts.map(() => new Missing(claim.shares === 2 ? TWO_SHARES : 'experiments'));
}

function sizeOf(samples: readonly (Sample | Missing)[]) {
  const known = samples.filter((sample): sample is Sample => !(sample instanceof Missing));
  const values = known.flatMap(({ datasets }) => datasets.flatMap((dataset) => dataset.values));
  return { parts: known.length, values: values.length };
}

function nameOf({ evidence, network, shares }: Ground): string {
  return JSON.stringify([evidence.name, network, shares]);
}

const singleShares = (shares: readonly number[]) => shares.map((share) => [share]);

const TWO_SHARES = `experiments with two of ${Array.from(gains.keys(), (share) => 100 * share).join(', ')} % of the training images, of which the paper's gains differ`;

/** The smallest and the largest of those that the paper has, where it has a larger gain on the smaller one. */
function twoShares(shares: readonly number[]): number[][] {
  const known = shares.filter((share) => gains.has(share));
  const [low, high] = [known[0], known.at(-1)];
  return low !== undefined && high !== undefined && gainAt(low) > gainAt(high) ? [[low, high]] : [];
}
