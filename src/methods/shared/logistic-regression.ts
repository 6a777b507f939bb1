import { type Evaluation, minimize } from '../../analysis/lbfgs.js';
import { norm } from '../../analysis/vector.js';
import { gradients } from '../../autodiff/gradients.js';
import { at } from '../../errors.js';
import { float32, logSoftmax, mul, reduceSum, type Tensor, type Value } from '../../graph/ops.js';
import { matrix } from '../../graph/shapes.js';
import { floatsOf } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { linear, sum } from '../../nn/functional.js';
import type { Computation, PrepareTools } from '../prepare.js';

export interface LabelledSamples {
  /** [n, d] */
  readonly features: Tensor<'float32'>;
  /** [n], below `classes`. */
  readonly labels: Int32Array;
  /** K */
  readonly classes: number;
  /** Whether there is a bias; it is not penalised. */
  readonly intercept: boolean;
}

export interface LogisticRegressionProblem extends LabelledSamples {
  /** Weight of 1/2 ||W||^2 beside the mean cross-entropy. */
  readonly l2: number;
}

/** logits = features weight^T + bias */
export interface LinearClassifier {
  /** [K, d] */
  readonly weight: Tensor<'float32'>;
  /** [K]; zeros without an intercept. */
  readonly bias: Tensor<'float32'>;
}

export interface FitOptions {
  /** Called at each evaluation; what it throws ends the fit. */
  readonly onEvaluation?: () => void;
  /** 1000 by default. */
  readonly maxIterations?: number;
  /** Stops where the gradient is at most this share of what it is at zero; 1e-5 by default. */
  readonly tolerance?: number;
}

/** What a mean cross-entropy of single precision is worth. */
const NOISE = 1e-6;

/**
 * Multinomial logistic regression: the classifier that minimises
 *
 *   (1/n) sum_i -log softmax(W x_i + b)_{y_i} + (l2 / 2) ||W||^2
 *
 * by L-BFGS. scikit-learn's `LogisticRegression`, whose C is 1 / (n l2). The first term is a graph, hence single precision
 * where ONNX Runtime computes it; the descent ends at the tolerance, or sooner where rounding hides the way.
 */
export async function logisticRegression(
  { l2, ...samples }: LogisticRegressionProblem,
  compile: PrepareTools['compile'],
  options: FitOptions = {},
): Promise<LinearClassifier> {
  const regression = await LogisticRegression.compile(samples, compile);
  try {
    return await regression.fit(l2, options);
  } finally {
    await regression.release();
  }
}

/** The same for several penalties on the same samples: compiled once, and each fit starts where the last one ended. */
export class LogisticRegression {
  readonly #samples: LabelledSamples;
  /** [d]: subtracted from the features where there is an intercept to make up for it, which helps the descent. */
  readonly #mean: Float64Array;
  readonly #computation: Computation;
  readonly #feeds: ReadonlyMap<string, Tensor>;
  /** W, row by row, and then, with an intercept, the biases that go with centred features. */
  #parameters: Float64Array;
  /** Length of the cross-entropy's gradient at zero. */
  #scale: number | undefined;

  private constructor(samples: LabelledSamples, computation: Computation) {
    const { features, classes, intercept } = samples;
    const [, width] = matrix(features.shape, 'the features');
    this.#samples = samples;
    this.#mean = intercept ? columnMeans(features) : new Float64Array(width);
    this.#computation = computation;
    this.#feeds = new Map([
      ['features', intercept ? centred(features, this.#mean) : features],
      ['targets', oneHotOf(samples)],
    ]);
    this.#parameters = new Float64Array(classes * (width + Number(intercept)));
  }

  static async compile(
    samples: LabelledSamples,
    compile: PrepareTools['compile'],
  ): Promise<LogisticRegression> {
    return new LogisticRegression(samples, await compile(crossEntropyGraph(samples)));
  }

  async fit(
    l2: number,
    { maxIterations = 1000, tolerance = 1e-5, onEvaluation = () => {} }: FitOptions = {},
  ): Promise<LinearClassifier> {
    const objective = async (parameters: Float64Array) => {
      onEvaluation();
      return penalised(await this.#crossEntropy(parameters), parameters, l2, this.#weights);
    };
    this.#scale ??= norm((await objective(this.#parameters)).gradient);
    const { point } = await minimize(objective, this.#parameters, {
      maxIterations,
      tolerance: tolerance * this.#scale,
      noise: NOISE,
    });
    this.#parameters = point;
    const { weight, bias } = this.#unpack(point);
    const [classes, width] = matrix(weight.shape);
    const shifts = Array.from({ length: classes }, (_, k) =>
      this.#mean.reduce((sum, mean, j) => sum + mean * at(weight.data, k * width + j), 0),
    );
    return {
      weight,
      bias: float32(
        [classes],
        bias.data.map((b, k) => b - at(shifts, k)),
      ),
    };
  }

  release(): Promise<void> {
    return this.#computation.release();
  }

  /** The mean cross-entropy, without the penalty. */
  async #crossEntropy(parameters: Float64Array): Promise<Evaluation> {
    const { weight, bias } = this.#unpack(parameters);
    const results = await this.#computation.run(
      new Map([...this.#feeds, ['weight', weight], ['bias', bias]]),
    );
    const losses = floatsOf(results, 'losses').data;
    // Summed here, in double precision: a sum of thousands in single precision is where a value loses most.
    const value = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const gradient = new Float64Array(parameters.length);
    gradient.set(floatsOf(results, 'weightGradient').data);
    if (this.#samples.intercept) gradient.set(floatsOf(results, 'biasGradient').data, this.#weights);
    return { value, gradient };
  }

  #unpack(parameters: Float64Array): LinearClassifier {
    const { classes, intercept } = this.#samples;
    const weight = Float32Array.from(parameters.subarray(0, this.#weights));
    const bias = intercept
      ? Float32Array.from(parameters.subarray(this.#weights))
      : new Float32Array(classes);
    return { weight: float32([classes, this.#mean.length], weight), bias: float32([classes], bias) };
  }

  /** How many of the parameters are weights. */
  get #weights(): number {
    return this.#samples.classes * this.#mean.length;
  }
}

/** -log p of each sample, [n, 1], and the gradients of their mean. */
function crossEntropyGraph({ features, classes }: LabelledSamples): ReadonlyMap<string, Value> {
  const [count, width] = [at(features.shape, 0), at(features.shape, 1)];
  const feed = (name: string, shape: readonly number[]) => input(name, { dtype: 'float32', shape });
  const weight = feed('weight', [classes, width]);
  const bias = feed('bias', [classes]);
  const logits = linear(feed('features', [count, width]), weight, bias);
  const chosen = mul(feed('targets', [count, classes]), logSoftmax(logits));
  const gradientsOf = gradients(mul(sum(chosen), -1 / count), [weight, bias]);
  return new Map([
    ['losses', mul(reduceSum(chosen, [1]), -1)],
    ['weightGradient', at(gradientsOf, 0)],
    ['biasGradient', at(gradientsOf, 1)],
  ]);
}

/** Adds (l2 / 2) ||W||^2; W is the first `size` parameters. */
function penalised(
  { value, gradient }: Evaluation,
  parameters: Float64Array,
  l2: number,
  size: number,
): Evaluation {
  let squares = 0;
  for (let i = 0; i < size; i++) {
    const w = parameters[i] ?? 0;
    squares += w * w;
    gradient[i] = (gradient[i] ?? 0) + l2 * w;
  }
  return { value: value + (l2 / 2) * squares, gradient };
}

function oneHotOf({ labels, classes }: LabelledSamples): Tensor<'float32'> {
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    targets[i * classes + label] = 1;
  });
  return float32([labels.length, classes], targets);
}

function columnMeans({ shape, data }: Tensor<'float32'>): Float64Array {
  const [count, width] = matrix(shape);
  const means = new Float64Array(width);
  for (let i = 0; i < data.length; i++) means[i % width] = at(means, i % width) + at(data, i) / count;
  return means;
}

function centred({ shape, data }: Tensor<'float32'>, mean: Float64Array): Tensor<'float32'> {
  return float32(
    shape,
    data.map((x, i) => x - at(mean, i % mean.length)),
  );
}
