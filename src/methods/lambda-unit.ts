import { at, invariant } from '../errors.js';
import type { LossTools } from './losses.js';

/**
 * What a penalty grows with. Its weight is relative to that, unless it is given raw, so that one weight suits networks
 * with large and small features, long and short runs (docs/protocol.md#the-weight-of-a-penalty).
 */
export type LambdaUnit =
  /** Nothing: a loss in nats, as the cross-entropy is. */
  | 'none'
  /** The square of the pooled features. */
  | 'features'
  /** The square of the feature maps: `prepare` measures it, and returns the factor under the name `LAMBDA_SCALE`. */
  | 'feature-maps'
  /** The square of how far weights are moved: how much it holds them depends on how long they are trained, and how fast. */
  | 'training-time'
  /** A combination: the weight of each part has its own unit. */
  | 'parts';

/** Factors that bring published weights to this network and this run. */
export interface LambdaScales {
  /** Undefined where no method asked for it. */
  readonly features?: number | undefined;
  readonly trainingTime: number;
}

/** A tensor [] that `prepare` makes for the unit `feature-maps`. */
export const LAMBDA_SCALE = 'lambda_scale';

/** What a weight in a unit is multiplied with: 1 for a raw one. */
export function lambdaScale(
  unit: LambdaUnit,
  { lambdaScales, prepared }: Pick<LossTools, 'lambdaScales' | 'prepared'>,
): number {
  if (lambdaScales === 'raw') return 1;
  switch (unit) {
    case 'none':
    case 'parts':
      return 1;
    case 'features':
      invariant(lambdaScales.features !== undefined, 'the features were measured');
      return lambdaScales.features;
    case 'feature-maps':
      return at(prepared(LAMBDA_SCALE).data, 0);
    case 'training-time':
      return lambdaScales.trainingTime;
  }
}
