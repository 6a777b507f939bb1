import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import type { Tensors } from '../../graph/tensor.js';
import { type LambdaScales, type LambdaUnit, lambdaScale } from '../../methods/lambda-unit.js';
import type { BoundMethod, MethodDescription } from '../../methods/method.js';
import { MOMENTUM } from '../../optimizers/sgd.js';
import { requireTensor } from '../../training/method-tensors.js';
import { REFERENCE_MEAN_SQUARE } from './reference-mean-square.js';
import { REFERENCE_TRAINING_TIME } from './reference-training-time.js';
import type { RunOptions } from './train-options.js';

/** The weight of a run's penalty. */
export const lambdaSchema = z.object({
  /** As given, in the unit of `lambdaUnit`. */
  lambda: z.number().min(0),
  /** What multiplies the penalty in the loss. */
  effectiveLambda: z.number().min(0),
  /** Factors from published weights to this run's, by unit; null for a raw weight. */
  lambdaScales: z
    .object({ features: z.number().min(0).optional(), trainingTime: z.number().min(0) })
    .nullable(),
  /** Mean of g^2 over the pretrained features of the training images; null where it was not needed. */
  featureMeanSquare: z.number().min(0).nullable(),
});

export type ResolvedLambda = z.infer<typeof lambdaSchema>;

export interface LambdaContext {
  readonly method: BoundMethod;
  /** What its `prepare` made. */
  readonly prepared: Tensors;
  readonly featureMeanSquare: number | undefined;
  /** Sum over the updates of the learning rate that the backbone has at each. */
  readonly summedLearningRate: number;
}

type LambdaOptions = Pick<RunOptions, 'lambda' | 'lambdaUnit'>;

/** @throws AdarandError `config.lambda` for a weight that is not finite. */
export function resolveLambda(options: RunOptions, context: LambdaContext): ResolvedLambda {
  const { method, featureMeanSquare } = context;
  const lambda = options.lambda ?? method.defaultLambda;
  const scales = isRelative(options, method) ? scalesOf(options, context) : 'raw';
  const scale = lambdaScale(method.lambdaUnit, {
    lambdaScales: scales,
    prepared: (name) => requireTensor(context.prepared[name], `${method.name} prepared no tensor ${name}`),
  });
  const effectiveLambda = lambda * scale;
  if (!Number.isFinite(Math.fround(effectiveLambda)))
    throw new AdarandError(
      'config.lambda',
      `the weight of the penalty is not finite: lambda is ${lambda}` +
        (scales === 'raw' ? '' : reasonOf(method.lambdaUnit, context)),
      scales === 'raw'
        ? 'Choose a smaller --lambda.'
        : 'Choose another --model or a smaller --lambda; --lambda-unit raw takes the lambda as it is.',
    );
  return {
    lambda,
    effectiveLambda,
    lambdaScales: scales === 'raw' ? null : scales,
    featureMeanSquare: featureMeanSquare ?? null,
  };
}

/** Whether the mean square of the pretrained features has to be known. */
export function needsMeanSquare(options: LambdaOptions, method: BoundMethod): boolean {
  return isRelative(options, method) && ['features', 'parts'].includes(method.lambdaUnit);
}

function isRelative(options: LambdaOptions, method: MethodDescription): boolean {
  const lambda = options.lambda ?? method.defaultLambda;
  return options.lambdaUnit === 'relative' && method.lambdaUnit !== 'none' && lambda !== 0;
}

function scalesOf({ optimizer }: RunOptions, context: LambdaContext): LambdaScales {
  const { featureMeanSquare, summedLearningRate } = context;
  const time = summedLearningRate / (1 - MOMENTUM);
  return {
    features: featureMeanSquare === undefined ? undefined : REFERENCE_MEAN_SQUARE / featureMeanSquare,
    // Adam divides by the size of gradients: how far it moves weights does not depend on how they pull. Nor is a backbone
    // held that is not trained.
    trainingTime: optimizer === 'sgd' && time > 0 ? REFERENCE_TRAINING_TIME / time : 1,
  };
}

function reasonOf(unit: LambdaUnit, { featureMeanSquare }: LambdaContext): string {
  return unit === 'features' || unit === 'parts'
    ? `, and the mean square of the pretrained features, to which it is relative, is ${featureMeanSquare}`
    : `, and so is what it is relative to, the ${unit.replace('-', ' ')} of this run`;
}
