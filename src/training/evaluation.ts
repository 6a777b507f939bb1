import { balancedAccuracy } from '../analysis/balanced-accuracy.js';
import { at, invariant } from '../errors.js';
import { floatsOf } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { linear } from '../nn/functional.js';
import type { Network, Parameter } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import { type CompileOptions, Program, type ProgramGraph } from '../runtime/program.js';
import type { State } from '../runtime/state.js';
import { buildFeatures, HEAD_BIAS, HEAD_WEIGHT, normalize, PIXELS } from './classifier.js';
import { Feeds, type PixelBatch } from './feeds.js';
import { logSumExp } from './log-sum-exp.js';

export interface EvaluatorOptions {
  readonly network: Network;
  readonly head: ReadonlyMap<string, Parameter>;
  readonly batchSize: number;
  readonly imageSize: number;
  readonly classes: number;
  /** The state's name for a parameter: itself, or an average of it. */
  readonly rename?: (name: string) => string;
}

export interface Evaluation {
  /** Images. */
  readonly count: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Mean over classes of the accuracy on each class's images. */
  readonly balancedAccuracy: number;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

/** One image's result; the arrays are views that the next batch overwrites. */
export interface Prediction {
  readonly logits: Float32Array;
  readonly features: Float32Array;
  readonly label: number;
}

/** A network with its head in inference form: BatchNorm by running statistics, no gradients. */
export class Evaluator {
  readonly #program: Program;
  readonly #feeds: Feeds;
  readonly #classes: number;
  readonly #featureSize: number;

  private constructor(program: Program, options: EvaluatorOptions) {
    this.#program = program;
    this.#feeds = new Feeds(options);
    this.#classes = options.classes;
    this.#featureSize = options.network.featureSize;
  }

  static async compile(options: EvaluatorOptions, compileOptions: CompileOptions): Promise<Evaluator> {
    return new Evaluator(await Program.compile(buildEvaluation(options), compileOptions), options);
  }

  /** Calls back for every image, in order; padding is left out. */
  async forEach(
    state: State,
    batches: AsyncIterable<PixelBatch>,
    visit: (prediction: Prediction) => void,
  ): Promise<void> {
    for await (const batch of batches) {
      this.#feeds.setBatch(batch);
      const outputs = await this.#program.run(state, this.#feeds.tensors);
      const logits = floatsOf(outputs, 'logits').data;
      const features = floatsOf(outputs, 'features').data;
      for (let i = 0; i < batch.count; i++)
        visit({
          logits: logits.subarray(i * this.#classes, (i + 1) * this.#classes),
          features: features.subarray(i * this.#featureSize, (i + 1) * this.#featureSize),
          label: at(batch.labels, i),
        });
    }
  }

  /** Of at least one image. */
  async evaluate(state: State, batches: AsyncIterable<PixelBatch>): Promise<Evaluation> {
    const classes = Array.from({ length: this.#classes }, () => ({ images: 0, correct: 0 }));
    let count = 0;
    let correct = 0;
    let loss = 0;
    await this.forEach(state, batches, ({ logits, label }) => {
      const isCorrect = Number(argMax(logits) === label);
      const own = at(classes, label);
      own.images += 1;
      own.correct += isCorrect;
      count += 1;
      correct += isCorrect;
      loss += logSumExp(logits) - at(logits, label);
    });
    invariant(count > 0, 'there is nothing to evaluate');
    const balanced = balancedAccuracy(classes);
    return { count, accuracy: correct / count, balancedAccuracy: balanced, loss: loss / count };
  }

  release(): Promise<void> {
    return this.#program.release();
  }
}

/** Index of the largest element, the first of equals. */
export function argMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (at(values, i) > at(values, best)) best = i;
  return best;
}

function buildEvaluation({ network, head, batchSize, imageSize, rename }: EvaluatorOptions): ProgramGraph {
  const scope = recordingScope(network, { training: false, rename });
  const pixels = input(PIXELS, { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] });
  const { features } = buildFeatures(network, normalize(pixels, network.preprocessing), scope);
  const headInput = (name: string) => {
    const parameter = head.get(name);
    if (parameter === undefined) throw new Error(`the head has no ${name}`);
    return input(rename?.(name) ?? name, parameter.tensor);
  };
  const logits = linear(features, headInput(HEAD_WEIGHT), headInput(HEAD_BIAS));
  return {
    outputs: new Map([
      ['logits', logits],
      ['features', features],
    ]),
    updates: new Map(),
  };
}
