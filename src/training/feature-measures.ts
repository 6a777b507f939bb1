import { entropyConstant } from '../analysis/entropy.js';
import { featureNorms } from '../analysis/feature-norms.js';
import { at } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { FeatureEntropies, OnBlocks } from './feature-entropies.js';

/** What is measured of features and their classes (docs/diagnostics.md). */
export const featureMeasures = [
  'norm_of_mean_feature',
  'mean_feature_norm',
  'mean_squared_feature_norm',
  'entropy',
  'entropy_without_constant',
  'conditional_entropy',
  'conditional_entropy_without_constant',
  'mutual_information',
] as const;

/** Null for what is not defined: an entropy of one image, or given the class where no class has two. */
export type FeatureMeasures = Readonly<Record<(typeof featureMeasures)[number], number | null>>;

/**
 * @param features [n, d], n >= 1
 * @param labels [n], class indices
 */
export async function measureFeatures(
  { data, shape }: Tensor<'float32'>,
  labels: ArrayLike<number>,
  entropies: FeatureEntropies,
  onBlocks?: OnBlocks,
): Promise<FeatureMeasures> {
  const [n, d] = [at(shape, 0), at(shape, 1)];
  const norms = featureNorms(data, n, d);
  const information = n < 2 ? undefined : await entropies.of(data, labels, onBlocks);
  const constant = entropyConstant(d);
  return {
    norm_of_mean_feature: norms.normOfMean,
    mean_feature_norm: norms.meanNorm,
    mean_squared_feature_norm: norms.meanSquaredNorm,
    entropy: known(information?.entropy),
    entropy_without_constant: known(information && information.entropy - constant),
    conditional_entropy: known(information?.conditionalEntropy),
    conditional_entropy_without_constant: known(information && information.conditionalEntropy - constant),
    mutual_information: known(information?.mutualInformation),
  };
}

function known(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
