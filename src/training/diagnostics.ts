import { reduceMean, type Value } from '../graph/ops.js';
import { norm } from '../nn/functional.js';

/** Values of a step that can be measured: B images, features of d numbers, K classes. */
export interface StepValues {
  /** [B, d] */
  readonly features: Value;
  /** [B, K] */
  readonly logits: Value;
  /** [K, d]: of the loss, with respect to the weight of the head. */
  readonly headWeightGradient: Value;
}

/** A scalar of each step, computed in its graph and logged under its name. */
export const diagnostics = {
  /** L2 norm of the mean of the batch's features. */
  norm_of_mean_feature: ({ features }) => norm(reduceMean(features, [0])),
  head_gradient_norm: ({ headWeightGradient }) => norm(headWeightGradient),
} satisfies Readonly<Record<string, (values: StepValues) => Value>>;
