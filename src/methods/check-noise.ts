import { didYouMean } from '../did-you-mean.js';
import { shown } from '../shown.js';
import type { Distribution } from './losses.js';
import { describeValue, wrongLoss } from './wrong-loss.js';

const named: readonly unknown[] = ['normal', 'uniform'] satisfies readonly Distribution[];

/**
 * A distribution that numbers can be drawn from.
 *
 * @throws AdarandError `method.loss`.
 */
export function checkNoise(method: string, distribution: unknown, shape: unknown): void {
  if (!isDistribution(distribution)) {
    const is = typeof distribution === 'string' ? `"${distribution}"` : describeGiven(distribution);
    const meant = typeof distribution === 'string' ? didYouMean(distribution, ['normal', 'uniform']) : '';
    throw wrongLoss(
      method,
      `noise has no distribution ${is}: there are 'normal', 'uniform' and { beta: a } with a above 0.${meant}`,
    );
  }
  if (!isShape(shape))
    throw wrongLoss(
      method,
      `the shape of noise should be an array of sizes such as [batchSize, featureSize], and is ${describeGiven(shape)}`,
    );
}

function isDistribution(distribution: unknown): boolean {
  if (named.includes(distribution)) return true;
  if (typeof distribution !== 'object' || distribution === null || !('beta' in distribution)) return false;
  const { beta } = distribution;
  return typeof beta === 'number' && Number.isFinite(beta) && beta > 0;
}

function isShape(shape: unknown): boolean {
  return (
    Array.isArray(shape) && shape.every((size: unknown) => Number.isSafeInteger(size) && Number(size) > 0)
  );
}

function describeGiven(value: unknown): string {
  return typeof value === 'object' ? shown(value) : describeValue(value);
}
