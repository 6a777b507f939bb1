import { AdarandError } from '../errors.js';
import { bytesOf, type Tensor } from '../graph/tensor.js';
import { sameType } from '../graph/value.js';
import type { CompileOptions } from '../runtime/program.js';
import type { State } from '../runtime/state.js';
import { type Criterion, isBetter } from './best-epoch.js';
import type { CheckpointStore, Position } from './checkpoint.js';
import { diverged, notFiniteAtFirst } from './diverged.js';
import { endReasons, type RunLength, totalSteps } from './end-reasons.js';
import { type Evaluation, Evaluator, type Prediction } from './evaluation.js';
import type { TrainingEvent } from './events.js';
import type { TrainingBatch } from './feeds.js';
import { MethodHost, predictAll } from './method-host.js';
import { measurePace, type Pace } from './pace.js';
import { emaOf } from './state-names.js';
import { buildStep, type StepOptions } from './step-graph.js';
import { readMetrics } from './step-metrics.js';

import { Stepper } from './stepper.js';
import type { TestTimeAugmentation } from './test-time-augmentation.js';
import type { TrainingData } from './training-data.js';

export interface TrainerOptions extends StepOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly evalBatchSize: number;
  /** Of validation and test images; none unless given. */
  readonly tta?: TestTimeAugmentation;
  /** Whether the state that training begins with is a candidate, too, as epoch 0: a head that was fitted already. */
  readonly validateStart: boolean;
  /** What the best epoch is chosen by; accuracy unless given. */
  readonly chooseBy?: Criterion;
  /** Stop after this many epochs without a better validation. */
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
  /** Sees the test images' predictions, in order; what it is given is overwritten. */
  readonly visitTest?: (prediction: Prediction) => void;
}

export type TrainingResult =
  | { readonly stopped: true }
  /** The state holds the parameters that were tested: the best epoch's, or the last one's without validation images. */
  | { readonly stopped: false; readonly test: Evaluation | undefined };

/**
 * The loop: epochs of steps, validation after each, the best epoch by validation kept, the test set looked
 * at once, at the end, with that epoch's parameters.
 */
export class Trainer {
  readonly #options: Omit<TrainerOptions, 'network' | 'head'>;
  readonly #host: TrainerHost;
  readonly #stepper: Stepper;
  readonly #evaluator: Evaluator;
  readonly #method: MethodHost | undefined;

  private constructor(options: TrainerOptions, host: TrainerHost, stepper: Stepper, evaluator: Evaluator) {
    // The tensors that it begins with are the state's.
    const { network: _, head: __, ...others } = options;
    const { method, prepared = {}, lambda, seed } = others;
    this.#options = others;
    this.#host = host;
    this.#stepper = stepper;
    this.#evaluator = evaluator;
    this.#method = lambda === 0 ? undefined : new MethodHost(method, prepared, stepper.state, seed);
  }

  static async create(options: TrainerOptions, host: TrainerHost): Promise<Trainer> {
    host.emit({ type: 'phase', phase: 'compile' });
    const graph = buildStep(options);
    const { unreached } = graph;
    for (const loss of graph.withoutEffect)
      host.emit({
        type: 'remark',
        text: `${loss} changes nothing: it depends on nothing that is trained`,
      });
    if (unreached.length > 0) host.emit({ type: 'untrained', names: unreached, trained: graph.reached });
    const rename = (name: string) => (graph.state.has(emaOf(name)) ? emaOf(name) : name);
    const stepper = await Stepper.compile(graph, options, host.compile);
    const shape = { ...options, batchSize: options.evalBatchSize, rename };
    return new Trainer(options, host, stepper, await Evaluator.compile(shape, host.compile));
  }

  get state(): State {
    return this.#stepper.state;
  }

  /** Of its tensors. */
  get checkpointBytes(): number {
    return this.#stepper.saved.reduce((sum, name) => sum + bytesOf(this.state.get(name)), 0);
  }

  /** Epochs that remain to be trained from a position; with patience, at least so many. */
  epochsLeft(position: Position): number {
    if (this.#isDone(position)) return 0;
    const all = Math.ceil(this.#totalSteps / this.#host.data.batchesPerEpoch);
    const fewest = position.best === undefined ? 2 : 1;
    return Math.min(all - position.epoch, this.#options.patience === undefined ? all : fewest);
  }

  /** Replaces the state by a checkpoint's. @throws AdarandError `checkpoint.incomplete`. */
  restore(tensors: ReadonlyMap<string, Tensor>): void {
    for (const name of this.#stepper.saved) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw incomplete(`the checkpoint has no tensor called ${name}`);
      const { dtype, shape } = this.state.get(name);
      if (!sameType(tensor, { dtype, shape }))
        throw incomplete(
          `the checkpoint has ${tensor.dtype} [${tensor.shape}] as ${name}, not ${dtype} [${shape}]`,
        );
      this.state.set(name, tensor);
    }
  }

  /**
   * Trains from `position`, which it keeps up to date, to the end of the run, or until `stop` says so. `wasLast`: the
   * position is the end of an epoch that was to be the last one, after which no epoch callback was run.
   */
  async train(position: Position, { wasLast = false } = {}): Promise<TrainingResult> {
    const { data, checkpoints, emit, stop } = this.#host;
    if (this.#options.validateStart && position.best === undefined && this.#stepsDone(position) === 0)
      await this.#validateStart(position);
    if (wasLast && !this.#isDone(position)) await this.#epochCallback(position.epoch);
    while (!this.#isDone(position)) {
      emit({ type: 'phase', phase: 'train' });
      const clock = new Clock();
      for await (const batch of data.train(position.epoch, position.batch, this.#method?.sourceSampler)) {
        await this.#step(batch, position, clock);
        if (this.#endsEpoch(position)) break;
        if (stop()) {
          await checkpoints.saveLast(this.#snapshot(), position);
          return { stopped: true };
        }
        if (clock.secondsSinceSave() > this.#options.checkpointSeconds) {
          await checkpoints.saveLast(this.#snapshot(), position);
          clock.saved();
        }
      }
      await this.#endEpoch(position);
    }
    return { stopped: false, test: await this.#test(position) };
  }

  /** What batches take here. The state is spoilt by it. */
  measure(): Promise<Pace> {
    const { seed, tta = 'none' } = this.#options;
    const { data, stop } = this.#host;
    const sampler = this.#method?.sourceSampler;
    return measurePace({
      stepper: this.#stepper,
      evaluator: this.#evaluator,
      ...{ data, sampler, seed, tta, stop },
    });
  }

  async release(): Promise<void> {
    await this.#stepper.release();
    await this.#evaluator.release();
  }

  async #step(batch: TrainingBatch, position: Position, clock: Clock): Promise<void> {
    const { seed, learningRate, schedule, batchSize } = this.#options;
    const done = this.#stepsDone(position);
    const { batchesPerEpoch } = this.#host.data;
    const place = { batch: done, batchesPerEpoch, totalBatches: this.#options.epochs * batchesPerEpoch };
    const waited = clock.lap();
    const outputs = await this.#stepper.step(batch, place, seed);
    const { step, totalSteps } = this.#stepper.updates(place);
    const measured = readMetrics(outputs, batch.labels);
    if (!Number.isFinite(measured.loss))
      throw done === 0
        ? notFiniteAtFirst(measured.loss)
        : diverged(`the loss became ${measured.loss} at step ${done + 1}`, learningRate);
    const seconds = waited + clock.lap();
    const metrics = {
      ...measured,
      learning_rate: learningRate * schedule(step, totalSteps),
      images_per_second: batchSize / seconds,
      wait_fraction: waited / seconds,
    };
    position.batch += 1;
    for (const [name, value] of Object.entries(metrics))
      position.sums[name] = (position.sums[name] ?? 0) + value;
    const epoch = position.epoch + 1;
    this.#host.emit({ type: 'step', epoch, step: done + 1, totalSteps: this.#totalSteps, metrics });
  }

  /** The first candidate. Without validation images there is nothing to choose by. */
  async #validateStart(position: Position): Promise<void> {
    const metrics = await this.#validate(position, 0);
    if (metrics === undefined) return;
    const { epochs } = this.#options;
    this.#host.emit({ type: 'epoch', epoch: 0, epochs, step: 0, metrics, best: true });
    await this.#host.checkpoints.saveBest(this.#snapshot(), position);
  }

  /** The metrics of the validation images, where there are some; the best epoch is noted in the position. */
  async #validate(position: Position, epoch: number): Promise<Record<string, number> | undefined> {
    const { data, emit } = this.#host;
    if (data.validation === undefined) return undefined;
    emit({ type: 'phase', phase: 'validate' });
    const started = performance.now();
    const validation = await this.#evaluator.evaluate(this.state, data.validation(), this.#options.tta);
    const { accuracy, balancedAccuracy, loss } = validation;
    this.#checkFinite('validation', loss, this.#stepsDone(position));
    const candidate = { epoch, accuracy, balancedAccuracy, loss };
    const { chooseBy = 'accuracy' } = this.#options;
    if (isBetter(candidate, position.best, chooseBy)) position.best = candidate;
    return {
      val_accuracy: accuracy,
      val_balanced_accuracy: balancedAccuracy,
      val_loss: loss,
      validation_seconds: (performance.now() - started) / 1000,
    };
  }

  /** Validates, keeps the best, moves the position to the next epoch and saves it. */
  async #endEpoch(position: Position): Promise<void> {
    const { checkpoints, emit } = this.#host;
    const epoch = position.epoch + 1;
    const step = this.#stepsDone(position);
    const metrics: Record<string, number> = {};
    for (const [name, sum] of Object.entries(position.sums)) metrics[name] = sum / position.batch;
    Object.assign(metrics, await this.#validate(position, epoch));
    const best = position.best?.epoch === epoch;
    position.epoch = epoch;
    position.batch = 0;
    position.sums = {};
    // Emitted before it is saved: a resumed run drops what was logged after its checkpoint, and so loses no line.
    emit({ type: 'epoch', epoch, epochs: this.#options.epochs, step, metrics, best });
    await this.#epochCallback(epoch);
    if (best) await checkpoints.saveBest(this.#snapshot(), position);
    await checkpoints.saveLast(this.#snapshot(), position);
  }

  async #epochCallback(epoch: number): Promise<void> {
    const { epochs, classes } = this.#options;
    if (epoch === epochs || !this.#method?.hasCallbackAfter(epoch)) return;
    this.#host.emit({ type: 'phase', phase: 'epoch-callback' });
    const images = this.#host.data.trainingImages();
    this.#method.runCallback(await predictAll(this.#evaluator, this.state, images, classes));
  }

  async #test(position: Position): Promise<Evaluation | undefined> {
    const { checkpoints, data, emit, visitTest } = this.#host;
    if (position.best !== undefined) this.restore(await checkpoints.loadBest());
    if (data.test === undefined) return undefined;
    emit({ type: 'phase', phase: 'test' });
    const test = await this.#evaluator.evaluate(this.state, data.test(), this.#options.tta, visitTest);
    this.#checkFinite('test', test.loss, this.#stepsDone(position));
    const { balancedAccuracy, ...others } = test;
    emit({ type: 'test', ...others, balanced_accuracy: balancedAccuracy });
    return test;
  }

  #checkFinite(images: 'validation' | 'test', loss: number, step: number): void {
    if (Number.isFinite(loss)) return;
    throw diverged(
      `the loss on the ${images} images is ${loss} after step ${step}`,
      this.#options.learningRate,
    );
  }

  #isDone(position: Position): boolean {
    return endReasons(position, this.#length).length > 0;
  }

  #endsEpoch(position: Position): boolean {
    return (
      position.batch === this.#host.data.batchesPerEpoch || this.#stepsDone(position) >= this.#totalSteps
    );
  }

  get #totalSteps(): number {
    return totalSteps(this.#length);
  }

  get #length(): RunLength {
    return { ...this.#options, batchesPerEpoch: this.#host.data.batchesPerEpoch };
  }

  #stepsDone({ epoch, batch }: Position): number {
    return epoch * this.#host.data.batchesPerEpoch + batch;
  }

  #snapshot(): ReadonlyMap<string, Tensor> {
    return new Map(this.#stepper.saved.map((name) => [name, this.state.get(name)]));
  }
}

function incomplete(what: string): AdarandError {
  return new AdarandError(
    'checkpoint.incomplete',
    what,
    'Restore the run folder as it was, or start a new run.',
  );
}

/** Seconds between the events of an epoch. */
class Clock {
  #last = performance.now();
  #saved = this.#last;

  /** Since the last lap. */
  lap(): number {
    const now = performance.now();
    const seconds = (now - this.#last) / 1000;
    this.#last = now;
    return seconds;
  }

  secondsSinceSave(): number {
    return (performance.now() - this.#saved) / 1000;
  }

  saved(): void {
    this.#saved = performance.now();
  }
}
