import { z } from 'zod';

const numbers = z.array(z.number());
const matrix = z.array(numbers);

export const recipeSchema = z.object({
  shape: numbers,
  seed: z.number(),
  scale: z.number(),
  offset: z.number(),
});

const tensorSchema = recipeSchema.extend({ name: z.string() });

const gradientSummarySchema = tensorSchema.extend({
  /** L2 norm in float64; 0 where the gradient vanishes identically. */
  norm: z.number(),
  dots: numbers,
  indices: numbers,
  values: numbers,
  /** L2 distance of torch's float32 gradient from the float64 one. */
  float32Distance: z.number(),
});

export type GradientSummary = z.infer<typeof gradientSummarySchema>;

/** `gradients-*.json`: one training-mode forward and backward pass. */
export const gradientsSchema = z.object({
  model: z.enum(['resnet20', 'vit', 'mobilenetv2']),
  activation: z.enum(['relu', 'relu6', 'silu', 'gelu']),
  images: recipeSchema,
  labels: numbers,
  signSeeds: numbers,
  loss: z.number(),
  logits: matrix,
  features: matrix,
  float32Errors: z.object({ loss: z.number(), logits: z.number(), features: z.number() }),
  /** L2 norm of all gradients together. */
  gradientNorm: z.number(),
  parameters: z.array(gradientSummarySchema),
  buffers: z.array(tensorSchema.extend({ after: numbers })),
});

const adamSchema = z.object({ lr: z.number(), betas: z.tuple([z.number(), z.number()]), eps: z.number() });
const stateSchema = z.object({ step: z.number(), mean: matrix, running: matrix });

/** `training-*.json`: fifty steps; `training-adarand.json` has the `adarand` part too. */
export const trainingSchema = z.object({
  labels: numbers,
  templates: recipeSchema,
  imageNoise: z.array(recipeSchema),
  optimizer: z.discriminatedUnion('name', [
    z.object({ name: z.literal('sgd'), lr: z.number(), momentum: z.number(), nesterov: z.literal(true) }),
    adamSchema.extend({ name: z.literal('adamw'), weight_decay: z.number() }),
  ]),
  losses: numbers,
  parameters: z.array(tensorSchema.extend({ normAfter: z.number() })),
  buffers: z.array(tensorSchema.extend({ normAfter: z.number() })),
});

export const adarandTrainingSchema = trainingSchema.extend({
  adarand: z.object({ lambda: z.number(), alpha: z.number(), lr: z.number() }),
  mean: recipeSchema,
  std: recipeSchema,
  featureNoise: z.array(recipeSchema),
  penalties: numbers,
  objectives: numbers,
  states: z.array(stateSchema),
});

const priorForm = z.enum(['paper', 'article', 'squaredCosine']);

/** `prior-*.json`: a hundred updates of AdaRand's class means on given features. */
export const priorSchema = z.object({
  form: priorForm,
  alpha: z.number(),
  adam: adamSchema,
  centres: recipeSchema,
  featureNoise: z.array(recipeSchema),
  labels: matrix,
  mean: recipeSchema,
  intra: numbers,
  inter: numbers,
  states: z.array(stateSchema),
});

/** `methods.json`: each penalty's value and gradient, each prior's objective, gradient and next state. */
export const methodsSchema = z.object({
  alpha: z.number(),
  adam: adamSchema,
  labels: numbers,
  inputs: z.object({
    features: recipeSchema,
    normal: recipeSchema,
    uniform: recipeSchema,
    marginalMean: recipeSchema,
    marginalStd: recipeSchema,
    mean: recipeSchema,
    std: recipeSchema,
    running: recipeSchema,
  }),
  isotropicStd: numbers,
  penalties: z.array(z.object({ name: z.string(), penalty: z.number(), gradient: matrix })),
  priors: z.array(
    z.object({
      name: z.string(),
      form: priorForm,
      intraOn: z.boolean(),
      interOn: z.boolean(),
      intra: z.number(),
      inter: z.number(),
      gradient: matrix,
      runningAfter: matrix,
      meanAfter: matrix,
    }),
  ),
});

const updateOptionsSchema = z.object({
  lr: z.number(),
  momentum: z.number().optional(),
  nesterov: z.boolean().optional(),
  betas: z.tuple([z.number(), z.number()]).optional(),
  eps: z.number().optional(),
  weight_decay: z.number().optional(),
});

/** `optimizers.json`: trajectories [step][element], and schedules' factors per step. */
export const optimizersSchema = z.object({
  initial: recipeSchema,
  gradients: recipeSchema,
  optimizers: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['SGD', 'Adam', 'AdamW']),
      options: updateOptionsSchema,
      trajectory: matrix,
    }),
  ),
  schedules: z.array(
    z.object({
      name: z.string(),
      total: z.number(),
      milestones: numbers.optional(),
      gamma: z.number().optional(),
      warmup: z.number().optional(),
      values: numbers,
    }),
  ),
});

/** `random.json`: the first numbers of random streams, each list from a new stream. */
export const randomSchema = z.object({
  streams: z.array(
    z.object({
      seed: z.number(),
      purpose: z.enum(['weights', 'noise']),
      counters: numbers,
      uint32: numbers,
      uniform: numbers,
      below: z.object({ bounds: numbers, values: numbers }),
      normal: numbers,
      beta: z.array(z.object({ a: z.number(), values: numbers })),
      /** Of 0, 1, 2 ... */
      shuffle: numbers,
    }),
  ),
});
