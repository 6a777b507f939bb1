import { AdarandError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { type CompileOptions, Program } from '../runtime/program.js';
import { State } from '../runtime/state.js';
import type { CheckpointStore, Position } from './checkpoint.js';
import { argMax, type Evaluation, Evaluator } from './evaluation.js';
import type { StepMetrics, TrainingEvent } from './events.js';
import { Feeds, type PixelBatch } from './feeds.js';
import { averageOf, buildStep, type StepGraph, type StepOptions } from './step-graph.js';

/** The images of a run, as batches. The trainer does not know where they come from. */
export interface TrainingData {
  readonly batchesPerEpoch: number;
  /** Epochs count from 0; `firstBatch` skips what a resumed run has done. */
  train(epoch: number, firstBatch: number): AsyncIterable<PixelBatch>;
  validation(): AsyncIterable<PixelBatch>;
  test(): AsyncIterable<PixelBatch>;
}

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
  readonly state = new State();
  readonly #options: TrainerOptions;
  readonly #host: TrainerHost;
  readonly #update: Program;
  readonly #collect: Program | undefined;
  readonly #evaluator: Evaluator;
  readonly #feeds: Feeds;
  /** Names of the tensors that checkpoints hold. */
  readonly #saved: readonly string[];

  private constructor(
    options: TrainerOptions,
    host: TrainerHost,
    graph: StepGraph,
    programs: { update: Program; collect: Program | undefined; evaluator: Evaluator },
  ) {
    this.#options = options;
    this.#host = host;
    this.#update = programs.update;
    this.#collect = programs.collect;
    this.#evaluator = programs.evaluator;
    this.#feeds = new Feeds(options, graph.noise, graph.scalars);
    for (const [name, tensor] of [...graph.state, ...graph.fixed]) this.state.add(name, tensor);
    this.#saved = [...graph.state.keys()];
  }

  static async create(options: TrainerOptions, host: TrainerHost): Promise<Trainer> {
    host.emit({ type: 'phase', phase: 'compile' });
    const graph = buildStep(options);
    const rename = (name: string) => (graph.state.has(averageOf(name)) ? averageOf(name) : name);
    return new Trainer(options, host, graph, {
      update: await Program.compile(graph.update, host.compile),
      collect: graph.collect && (await Program.compile(graph.collect, host.compile)),
      evaluator: await Evaluator.compile(
        { ...options, batchSize: options.evalBatchSize, rename },
        host.compile,
      ),
    });
  }

  /** Replaces the state by a checkpoint's. */
  restore(tensors: ReadonlyMap<string, Tensor>): void {
    for (const name of this.#saved) {
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
    await this.#update.release();
    await this.#collect?.release();
    await this.#evaluator.release();
  }

  /** Trains to the end of the epoch, or to the run's limit of steps; false if it was told to stop before. */
  async #trainEpoch(position: Position, limit: number): Promise<boolean> {
    const { data, checkpoints, emit, stop } = this.#host;
    const { epochs, batchSize, checkpointSeconds } = this.#options;
    emit({ type: 'phase', phase: 'train' });
    let saved = performance.now();
    let before = saved;
    for await (const batch of data.train(position.epoch, position.batch)) {
      const loaded = performance.now();
      const done = position.epoch * data.batchesPerEpoch + position.batch;
      const measured = await this.#step(batch, done, epochs * data.batchesPerEpoch);
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

  async #step(batch: PixelBatch, done: number, totalBatches: number): Promise<StepMetrics> {
    const { accumulate, seed, learningRate, schedule, classes, batchSize } = this.#options;
    const updates = Math.floor(done / accumulate);
    const totalUpdates = Math.max(1, Math.floor(totalBatches / accumulate));
    this.#feeds.setBatch(batch);
    this.#feeds.drawNoise(seed, done);
    this.#feeds.setScalars(updates, totalUpdates);
    const program = (done + 1) % accumulate === 0 ? this.#update : (this.#collect ?? this.#update);
    const outputs = await program.run(this.state, this.#feeds.tensors);
    const metrics: Record<string, number> = {};
    for (const [name, { data }] of outputs) if (name !== 'logits') metrics[name] = Number(data[0]);
    if (!Number.isFinite(metrics.loss))
      throw new AdarandError(
        'training.diverged',
        `the loss became ${metrics.loss} at step ${done + 1}`,
        'Train with a smaller --lr (or a smaller --lambda); resuming goes on from the last good checkpoint.',
      );
    metrics.learning_rate = learningRate * schedule(updates, totalUpdates);
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
    if (best) await checkpoints.saveBest(this.#snapshot(), position);
    await checkpoints.saveLast(this.#snapshot(), position);
    return validation;
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
    return new Map(this.#saved.map((name) => [name, this.state.get(name)]));
  }
}

function correct(logits: Tensor | undefined, labels: Int32Array, classes: number): number {
  if (logits?.dtype !== 'float32') return Number.NaN;
  let count = 0;
  for (let i = 0; i < labels.length; i++)
    count += Number(argMax(logits.data.subarray(i * classes, (i + 1) * classes)) === labels[i]);
  return count;
}
