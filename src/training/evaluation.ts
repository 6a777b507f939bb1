import { argMax } from '../analysis/arg-max.js';
import { balancedAccuracy } from '../analysis/balanced-accuracy.js';
import { crossEntropyOf } from '../analysis/softmax.js';
import { at, invariant } from '../errors.js';
import { floatsOf } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { linear } from '../nn/functional.js';
import type { Network, Parameter } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import { type CompileOptions, Program, type ProgramGraph } from '../runtime/program.js';
import type { State } from '../runtime/state.js';
import { buildFeatures } from './build-features.js';
import { Feeds, type PixelBatch } from './feeds.js';
import { PIXELS } from './input-names.js';
import { normalize } from './normalize.js';
import { HEAD_BIAS, HEAD_WEIGHT } from './state-names.js';
import { logMeanSoftmax, type TestTimeAugmentation } from './test-time-augmentation.js';

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
  /** Of each image its class, and the likeliest one, in order. */
  readonly labels: readonly number[];
  readonly answers: readonly number[];
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

  /** Calls back for every image, in order; padding is left out. Features are those of the image itself. */
  async forEach(
    state: State,
    batches: AsyncIterable<PixelBatch>,
    visit: (prediction: Prediction) => void,
    tta: TestTimeAugmentation = 'none',
  ): Promise<void> {
    for await (const batch of batches) await this.forBatch(state, batch, visit, tta);
  }

  /** The same for the images of one batch. */
  async forBatch(
    state: State,
    batch: PixelBatch,
    visit: (prediction: Prediction) => void,
    tta: TestTimeAugmentation = 'none',
  ): Promise<void> {
    const mirrored = tta === 'flip' ? await this.#mirrored(state, batch) : undefined;
    this.#feeds.setBatch(batch);
    const { logits, features } = await this.#run(state);
    const row = (of: Float32Array, i: number, size: number) => of.subarray(i * size, (i + 1) * size);
    for (let i = 0; i < batch.count; i++) {
      const own = row(logits, i, this.#classes);
      visit({
        logits: mirrored === undefined ? own : logMeanSoftmax(own, row(mirrored, i, this.#classes)),
        features: row(features, i, this.#featureSize),
        label: at(batch.labels, i),
      });
    }
  }

  /** The logits of a batch's mirror images. */
  async #mirrored(state: State, batch: PixelBatch): Promise<Float32Array> {
    this.#feeds.setBatch(batch);
    this.#feeds.mirrorBatch();
    return (await this.#run(state)).logits.slice();
  }

  /** The outputs of the batch that is set: views that the next run overwrites. */
  async #run(state: State) {
    const outputs = await this.#program.run(state, this.#feeds.tensors);
    return { logits: floatsOf(outputs, 'logits').data, features: floatsOf(outputs, 'features').data };
  }

  /** Of at least one image; `visit` sees each one's result in the same pass. */
  async evaluate(
    state: State,
    batches: AsyncIterable<PixelBatch>,
    tta: TestTimeAugmentation = 'none',
    visit: (prediction: Prediction) => void = () => {},
  ): Promise<Evaluation> {
    const classes = Array.from({ length: this.#classes }, () => ({ images: 0, correct: 0 }));
    const labels: number[] = [];
    const answers: number[] = [];
    let correct = 0;
    let loss = 0;
    const tally = (prediction: Prediction) => {
      const { logits, label } = prediction;
      const answer = argMax(logits);
      labels.push(label);
      answers.push(answer);
      const isCorrect = Number(answer === label);
      const own = at(classes, label);
      own.images += 1;
      own.correct += isCorrect;
      correct += isCorrect;
      loss += crossEntropyOf(logits, label);
      visit(prediction);
    };
    await this.forEach(state, batches, tally, tta);
    const count = labels.length;
    invariant(count > 0, 'there is nothing to evaluate');
    const balanced = balancedAccuracy(classes);
    return {
      count,
      accuracy: correct / count,
      balancedAccuracy: balanced,
      loss: loss / count,
      labels,
      answers,
    };
  }

  release(): Promise<void> {
    return this.#program.release();
  }
}

function buildEvaluation({ network, head, batchSize, imageSize, rename }: EvaluatorOptions): ProgramGraph {
  const scope = recordingScope(network, { training: false, rename });
  const pixels = input(PIXELS, { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] });
  const { features } = buildFeatures(network, normalize(pixels, network.preprocessing), scope);
  const headInput = (name: string) => {
    const parameter = head.get(name);
    invariant(parameter !== undefined, `the head has no ${name}`);
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
