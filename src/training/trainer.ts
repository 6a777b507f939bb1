import { AdarandError } from '../errors.js';
import { float32, type Tensor } from '../graph/tensor.js';
import type { Predictions } from '../methods/method.js';
import type { CompileOptions } from '../runtime/program.js';
import type { State } from '../runtime/state.js';
import { METHOD_PREFIX } from './apply-method.js';
import type { CheckpointStore, Position } from './checkpoint.js';
import { argMax, type Evaluation, Evaluator } from './evaluation.js';
import type { StepMetrics, TrainingEvent } from './events.js';
import type { PixelBatch, TrainingBatch } from './feeds.js';
import { buildStep, emaOf, type StepOptions } from './step-graph.js';
import { Stepper } from './stepper.js';

/** The images of a run, as batches. The trainer does not know where they come from. */
export interface TrainingData {
  readonly batchesPerEpoch: number;
  /** Epochs count from 0; `firstBatch` skips what a resumed run has done. */
  train(epoch: number, firstBatch: number, sampleSource?: SourceSampler): AsyncIterable<TrainingBatch>;
  /** The training images as `validation` has its own: un-augmented, in their order. */
  trainingImages(): AsyncIterable<PixelBatch>;
  validation(): AsyncIterable<PixelBatch>;
  test(): AsyncIterable<PixelBatch>;
}

/** Positions of the source images that go along with these training images, in batch `batch` of the run. */
export type SourceSampler = (targets: Int32Array, batch: number) => Int32Array;

export interface TrainerOptions extends StepOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly evalBatchSize: number;
  /** Stop after this many epochs without a better validation accuracy. */
  readonly patience?: number | undefined;
  /** Stop after this many batches in all. */
  readonly maxSteps?: number | undefined;
  /** Seconds between checkpoints inside an epoch; there is one at every epoch's end. */
  readonly checkpointSeconds: number;
}

export interface TrainerHost {
  readonly compile: CompileOptions;
  readonly data: TrainingData;
  readonly checkpoints: CheckpointStore;
  emit(event: TrainingEvent): void;
  /** Asked between steps: a run stops at the next one, with a checkpoint. */
  readonly stop: () => boolean;
}

export interface TrainingResult {
  readonly stopped: boolean;
  readonly position: Position;
  readonly validation: Evaluation | undefined;
  readonly test: Evaluation | undefined;
  /** Medians would hide the first epoch's compilation; this is the mean over the epochs trained now. */
  readonly secondsPerEpoch: number;
}

/**
 * The loop: epochs of steps, validation after each, the best epoch by validation accuracy kept, the test set looked
 * at once, at the end, with that epoch's parameters.
 */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #host: TrainerHost;
  readonly #stepper: Stepper;
  readonly #evaluator: Evaluator;

  private constructor(options: TrainerOptions, host: TrainerHost, stepper: Stepper, evaluator: Evaluator) {
    this.#options = options;
    this.#host = host;
    this.#stepper = stepper;
    this.#evaluator = evaluator;
  }

  static async create(options: TrainerOptions, host: TrainerHost): Promise<Trainer> {
    host.emit({ type: 'phase', phase: 'compile' });
    const graph = buildStep(options);
    const rename = (name: string) => (graph.state.has(emaOf(name)) ? emaOf(name) : name);
    const stepper = await Stepper.compile(graph, options, host.compile);
    const shape = { ...options, batchSize: options.evalBatchSize, rename };
    return new Trainer(options, host, stepper, await Evaluator.compile(shape, host.compile));
  }

  get state(): State {
    return this.#stepper.state;
  }

  /** Replaces the state by a checkpoint's. */
  restore(tensors: ReadonlyMap<string, Tensor>): void {
    for (const name of this.#stepper.saved) {
      const tensor = tensors.get(name);
      if (tensor === undefined)
        throw new AdarandError('checkpoint.incomplete', `the checkpoint has no tensor called ${name}`);
      this.state.set(name, tensor);
    }
  }

  async train(position: Position): Promise<TrainingResult> {
    const { epochs, patience, maxSteps } = this.#options;
    const { data, checkpoints } = this.#host;
    const started = performance.now();
    const firstEpoch = position.epoch;
    const limit = Math.min(epochs * data.batchesPerEpoch, maxSteps ?? Number.POSITIVE_INFINITY);
    const done = () => position.epoch * data.batchesPerEpoch + position.batch >= limit;
    const exhausted = () =>
      patience !== undefined &&
      position.best !== undefined &&
      position.epoch - position.best.epoch >= patience;
    let validation: Evaluation | undefined;
    while (!done() && !exhausted()) {
      if (!(await this.#trainEpoch(position, limit))) {
        await checkpoints.saveLast(this.#snapshot(), position);
        return { stopped: true, position, validation, test: undefined, secondsPerEpoch: Number.NaN };
      }
      validation = await this.#endEpoch(position);
    }
    const seconds = (performance.now() - started) / 1000;
    const secondsPerEpoch = seconds / Math.max(1, position.epoch - firstEpoch);
    return { stopped: false, position, validation, test: await this.#test(), secondsPerEpoch };
  }

  async release(): Promise<void> {
    await this.#stepper.release();
    await this.#evaluator.release();
  }

  /** Trains to the end of the epoch, or to the run's limit of steps; false if it was told to stop before. */
  async #trainEpoch(position: Position, limit: number): Promise<boolean> {
    const { data, checkpoints, emit, stop } = this.#host;
    const { epochs, batchSize, checkpointSeconds } = this.#options;
    emit({ type: 'phase', phase: 'train' });
    let saved = performance.now();
    let before = saved;
    for await (const batch of data.train(position.epoch, position.batch, this.#sampleSource())) {
      const loaded = performance.now();
      const done = position.epoch * data.batchesPerEpoch + position.batch;
      const measured = await this.#step(batch, done);
      const now = performance.now();
      const metrics = {
        ...measured,
        images_per_second: (1000 * batchSize) / (now - before),
        wait_fraction: (loaded - before) / (now - before),
      };
      before = now;
      position.batch += 1;
      for (const [name, value] of Object.entries(metrics))
        position.sums[name] = (position.sums[name] ?? 0) + value;
      const totalSteps = Math.min(limit, epochs * data.batchesPerEpoch);
      emit({ type: 'step', epoch: position.epoch + 1, step: done + 1, totalSteps, metrics });
      if (done + 1 >= limit || position.batch === data.batchesPerEpoch) return true;
      if (stop()) return false;
      if (now - saved > 1000 * checkpointSeconds) {
        await checkpoints.saveLast(this.#snapshot(), position);
        saved = performance.now();
      }
    }
    return true;
  }

  async #step(batch: TrainingBatch, done: number): Promise<StepMetrics> {
    const { seed, epochs, learningRate, schedule, classes, batchSize } = this.#options;
    const { batchesPerEpoch } = this.#host.data;
    const position = { batch: done, batchesPerEpoch, totalBatches: epochs * batchesPerEpoch };
    const outputs = await this.#stepper.step(batch, position, seed);
    const metrics: Record<string, number> = {};
    for (const [name, { data }] of outputs) if (name !== 'logits') metrics[name] = Number(data[0]);
    if (!Number.isFinite(metrics.loss))
      throw new AdarandError(
        'training.diverged',
        `the loss became ${metrics.loss} at step ${done + 1}`,
        'Train with a smaller --lr (or a smaller --lambda); resuming goes on from the last good checkpoint.',
      );
    const { step, totalSteps } = this.#stepper.updates(position);
    metrics.learning_rate = learningRate * schedule(step, totalSteps);
    metrics.accuracy = correct(outputs.get('logits'), batch.labels, classes) / batchSize;
    return metrics;
  }

  /** Validates, keeps the best, moves the position to the next epoch and saves it. */
  async #endEpoch(position: Position): Promise<Evaluation> {
    const { data, checkpoints, emit } = this.#host;
    emit({ type: 'phase', phase: 'validate' });
    const started = performance.now();
    const validation = await this.#evaluator.evaluate(this.state, data.validation());
    const epoch = position.epoch + 1;
    const batches = position.batch;
    const best =
      position.best === undefined ||
      validation.accuracy > position.best.accuracy ||
      (validation.accuracy === position.best.accuracy && validation.loss < position.best.loss);
    if (best) position.best = { epoch, accuracy: validation.accuracy, loss: validation.loss };
    const metrics: Record<string, number> = {};
    for (const [name, sum] of Object.entries(position.sums)) metrics[name] = sum / batches;
    metrics.val_accuracy = validation.accuracy;
    metrics.val_loss = validation.loss;
    metrics.validation_seconds = (performance.now() - started) / 1000;
    position.epoch = epoch;
    position.batch = 0;
    position.sums = {};
    // Told before it is saved: a resumed run drops what was told after its checkpoint, and so loses no line.
    const step = (epoch - 1) * data.batchesPerEpoch + batches;
    emit({ type: 'epoch', epoch, epochs: this.#options.epochs, step, metrics, best });
    await this.#endRound(epoch);
    if (best) await checkpoints.saveBest(this.#snapshot(), position);
    await checkpoints.saveLast(this.#snapshot(), position);
    return validation;
  }

  /** Where the method's state answers to how training goes, and it is time: looks at the training images once more. */
  async #endRound(epoch: number): Promise<void> {
    const { method, methodOptions, lambda, epochs } = this.#options;
    const { rounds } = method;
    if (rounds === undefined || lambda === 0 || epoch === epochs) return;
    if (epoch % rounds.epochs(methodOptions) !== 0) return;
    this.#host.emit({ type: 'phase', phase: 'round' });
    const changed = rounds.next(this.#methodTensor, await this.#predictions(), methodOptions);
    for (const [name, tensor] of Object.entries(changed)) this.state.set(METHOD_PREFIX + name, tensor);
  }

  async #predictions(): Promise<Predictions> {
    const logits: number[] = [];
    const labels: number[] = [];
    await this.#evaluator.forEach(this.state, this.#host.data.trainingImages(), (prediction) => {
      logits.push(...prediction.logits);
      labels.push(prediction.label);
    });
    return {
      logits: float32([labels.length, this.#options.classes], logits),
      labels: Int32Array.from(labels),
    };
  }

  /** A tensor of the method: as its state has it, or as it was prepared. */
  readonly #methodTensor = (name: string): Tensor<'float32'> => {
    const inState = this.state.has(METHOD_PREFIX + name) ? this.state.get(METHOD_PREFIX + name) : undefined;
    const tensor = inState ?? this.#options.prepared?.[name];
    if (tensor?.dtype !== 'float32') throw new Error(`the method has no tensor ${name}`);
    return tensor;
  };

  #sampleSource(): SourceSampler | undefined {
    const { method, methodOptions, lambda, seed } = this.#options;
    if (method.sampleSource === undefined || lambda === 0) return undefined;
    const tensor = this.#methodTensor;
    return (targets, batch) =>
      method.sampleSource?.({ targets, batch, seed, tensor }, methodOptions) ?? new Int32Array();
  }

  async #test(): Promise<Evaluation> {
    const { checkpoints, data, emit } = this.#host;
    emit({ type: 'phase', phase: 'test' });
    this.restore(await checkpoints.loadBest());
    const test = await this.#evaluator.evaluate(this.state, data.test());
    emit({ type: 'test', ...test });
    return test;
  }

  #snapshot(): ReadonlyMap<string, Tensor> {
    return new Map(this.#stepper.saved.map((name) => [name, this.state.get(name)]));
  }
}

function correct(logits: Tensor | undefined, labels: Int32Array, classes: number): number {
  if (logits?.dtype !== 'float32') return Number.NaN;
  let count = 0;
  for (let i = 0; i < labels.length; i++)
    count += Number(argMax(logits.data.subarray(i * classes, (i + 1) * classes)) === labels[i]);
  return count;
}
