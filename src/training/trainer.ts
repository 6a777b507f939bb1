import { AdarandError, invariant } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { sameType } from '../graph/value.js';
import type { Precision } from '../runtime/precision.js';
import type { State } from '../runtime/state.js';
import { type Criterion, isBetter } from './best-epoch.js';
import type { CheckpointStore, Position } from './checkpoint.js';
import { Clock } from './clock.js';
import { diverged, notFiniteAtFirst, stateDiverged } from './diverged.js';
import { endReasons, type RunLength, totalSteps } from './end-reasons.js';
import type { TrainingBatch } from './feeds.js';
import { MethodHost } from './method-host.js';
import type { Outputs } from './outputs.js';
import { measurePace, type Pace } from './pace.js';
import { type PassHost, type PassPlace, SplitPasses, type Tested, type Validated } from './split-passes.js';
import { emaOf, METHOD_PREFIX } from './state-names.js';
import { buildStep, type StepOptions } from './step-graph.js';
import { readMetrics } from './step-metrics.js';
import { Stepper } from './stepper.js';
import type { TestTimeAugmentation } from './test-time-augmentation.js';

export interface TrainerOptions extends StepOptions {
  /** Images computed at a time, a divisor of `batchSize`; the whole batch unless given. See `microBatches`. */
  readonly microBatch?: number | undefined;
  readonly seed: number;
  readonly epochs: number;
  readonly evalBatchSize: number;
  /** Of the products of a step; float32 unless given. What is measured of the network is in float32. */
  readonly precision?: Precision;
  /** Of validation and test images; none unless given. */
  readonly tta?: TestTimeAugmentation;
  /** Whether the state that training begins with is a candidate, too, as epoch 0: a head that was fitted already. */
  readonly validateStart: boolean;
  /** What the best epoch is chosen by; accuracy unless given. */
  readonly chooseBy?: Criterion;
  /** Whether features and probabilities of whole splits are measured, after each epoch and of the test. */
  readonly diagnostics?: boolean;
  /** Stop after this many epochs without a better validation. */
  readonly patience?: number | undefined;
  /** Stop after this many batches in all. */
  readonly maxSteps?: number | undefined;
  /** Seconds between checkpoints inside an epoch; there is one at every epoch's end. */
  readonly checkpointSeconds: number;
}

export interface TrainerHost extends PassHost {
  readonly checkpoints: CheckpointStore;
  /** Asked between steps: a run stops at the next one, with a checkpoint. */
  readonly stop: () => boolean;
}

export type TrainingResult =
  | { readonly stopped: true }
  /** The state holds the parameters that were tested: the best epoch's, or the last one's without validation images. */
  | {
      readonly stopped: false;
      readonly test: Tested | undefined;
      /** Some of the validation images, by the same parameters, where they are to be drawn. */
      readonly drawn: Outputs | undefined;
    };

/**
 * The loop: epochs of steps, validation after each, the best epoch by validation kept, the test set looked
 * at once, at the end, with that epoch's parameters.
 */
export class Trainer {
  readonly #options: Omit<TrainerOptions, 'network' | 'head'>;
  readonly #host: TrainerHost;
  readonly #stepper: Stepper;
  readonly #passes: SplitPasses;
  readonly #method: MethodHost | undefined;
  /** Whether nothing is left to be compiled by a step: a device of its own compiles kernels when they are first run. */
  #isCompiled: boolean;
  /** Of the best epoch, unless another process validated it. */
  #drawn: Outputs | undefined;

  private constructor(options: TrainerOptions, host: TrainerHost, stepper: Stepper, passes: SplitPasses) {
    // The tensors that it begins with are the state's.
    const { network: _, head: __, ...others } = options;
    const { method, prepared = {}, lambda, seed } = others;
    this.#options = others;
    this.#host = host;
    this.#isCompiled = host.compile.device === 'cpu';
    this.#stepper = stepper;
    this.#passes = passes;
    this.#method = lambda === 0 ? undefined : new MethodHost(method, prepared, stepper, seed);
  }

  static async create(options: TrainerOptions, host: TrainerHost): Promise<Trainer> {
    host.emit({ type: 'phase', phase: 'compile' });
    const shape = stepShape(options);
    const graph = buildStep({ ...options, ...shape });
    const { unreached } = graph;
    for (const loss of graph.withoutEffect)
      host.emit({
        type: 'remark',
        text: `${loss} changes nothing: no gradient of it reaches what is trained`,
      });
    if (unreached.length > 0) host.emit({ type: 'untrained', names: unreached, trained: graph.reached });
    const rename = (name: string) => (graph.state.has(emaOf(name)) ? emaOf(name) : name);
    const { precision } = options;
    const stepper = await Stepper.compile(graph, shape, { ...host.compile, precision });
    const { tta = 'none', diagnostics = false, evalBatchSize: batchSize } = options;
    const evaluated = { ...options, tta, diagnostics, batchSize, rename };
    return new Trainer(options, host, stepper, await SplitPasses.compile(evaluated, host, stepper.state));
  }

  get state(): State {
    return this.#stepper.state;
  }

  /** Of its tensors. */
  get checkpointBytes(): number {
    return this.state.bytesOf(this.#stepper.saved);
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
      const { dtype, shape } = this.state.typeOf(name);
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
    if (position.best === undefined && this.#stepsDone(position) === 0) await this.#begin(position);
    if (wasLast && !this.#isDone(position)) await this.#epochCallback(position.epoch);
    const step = this.#stepsDone(position);
    if (step > 0 && this.#isDone(position)) await this.#passes.keepLast({ epoch: position.epoch, step });
    while (!this.#isDone(position)) {
      emit({ type: 'phase', phase: this.#isCompiled ? 'train' : 'first-step' });
      const clock = new Clock();
      for await (const batch of data.train(position.epoch, position.batch, this.#method?.sourceSampler)) {
        await this.#step(batch, position, clock);
        if (!this.#isCompiled) emit({ type: 'phase', phase: 'train' });
        this.#isCompiled = true;
        if (this.#endsEpoch(position)) break;
        if (stop()) {
          await checkpoints.saveLast(await this.#snapshot(this.#stepsDone(position)), position);
          return { stopped: true };
        }
        if (clock.secondsSinceSave() > this.#options.checkpointSeconds) {
          await checkpoints.saveLast(await this.#snapshot(this.#stepsDone(position)), position);
          clock.saved();
        }
      }
      await this.#endEpoch(position);
    }
    return { stopped: false, ...(await this.#end(position)) };
  }

  /** What batches take here. The state is spoilt by it. */
  measure(): Promise<Pace> {
    const { seed, batchSize, tta = 'none' } = this.#options;
    const { data, stop } = this.#host;
    const sampler = this.#method?.sourceSampler;
    return measurePace({
      stepper: this.#stepper,
      passes: this.#passes,
      ...{ data, sampler, seed, batchSize, tta, stop },
    });
  }

  async release(): Promise<void> {
    await this.#stepper.release();
    await this.#passes.release();
  }

  async #step(batch: TrainingBatch, position: Position, clock: Clock): Promise<void> {
    const { seed, learningRate, schedule, batchSize } = this.#options;
    const done = this.#stepsDone(position);
    const { batchesPerEpoch } = this.#host.data;
    const place = { batch: done, batchesPerEpoch, totalBatches: this.#options.epochs * batchesPerEpoch };
    const waited = clock.lap();
    const outputs = await this.#stepper.step(batch, place, seed);
    const { update, totalUpdates } = this.#stepper.updates(place);
    const measured = readMetrics(outputs, batch.labels);
    if (!Number.isFinite(measured.loss))
      throw done === 0
        ? notFiniteAtFirst(measured.loss)
        : diverged(`the loss became ${measured.loss} at step ${done + 1}`, learningRate);
    const seconds = waited + clock.lap();
    const metrics = {
      ...measured,
      learning_rate: learningRate * schedule(update, totalUpdates),
      images_per_second: batchSize / seconds,
      wait_fraction: waited / seconds,
    };
    position.batch += 1;
    for (const [name, value] of Object.entries(metrics))
      position.sums[name] = (position.sums[name] ?? 0) + value;
    const epoch = position.epoch + 1;
    this.#host.emit({ type: 'step', epoch, step: done + 1, totalSteps: this.#totalSteps, metrics });
  }

  /** What training begins with is the first candidate; without validation images there is nothing to choose by. */
  async #begin(position: Position): Promise<void> {
    const { epochs, validateStart } = this.#options;
    const place = { epoch: 0, step: 0 };
    const validated = validateStart ? await this.#validate(position, place) : undefined;
    const isLast = this.#isDone(position);
    const diagnosed = await this.#passes.diagnose(place, { validated, isLast });
    if (validated === undefined) return;
    const metrics = { ...metricsOf(validated), ...diagnosed.metrics };
    this.#host.emit({ type: 'epoch', ...place, epochs, metrics, best: true });
    await this.#host.checkpoints.saveBest(await this.#snapshot(place.step), position);
  }

  /** The best epoch is noted in the position. */
  async #validate(position: Position, place: PassPlace): Promise<Validated | undefined> {
    const validated = await this.#passes.validate(place);
    if (validated === undefined) return undefined;
    const { accuracy, balancedAccuracy, loss, temperature } = validated;
    const { epoch } = place;
    const candidate = { epoch, accuracy, balancedAccuracy, loss, ...(temperature && { temperature }) };
    const { chooseBy = 'accuracy' } = this.#options;
    if (isBetter(candidate, position.best, chooseBy)) {
      position.best = candidate;
      this.#drawn = validated.drawn;
    }
    return validated;
  }

  /** Validates, keeps the best, moves the position to the next epoch and saves it. */
  async #endEpoch(position: Position): Promise<void> {
    const { checkpoints, emit } = this.#host;
    const { epochs } = this.#options;
    const place = { epoch: position.epoch + 1, step: this.#stepsDone(position) };
    const means = Object.entries(position.sums).map(([name, sum]) => [name, sum / position.batch] as const);
    const validated = await this.#validate(position, place);
    const best = position.best?.epoch === place.epoch;
    position.epoch = place.epoch;
    position.batch = 0;
    position.sums = {};
    const isLast = this.#isDone(position);
    const diagnosed = await this.#passes.diagnose(place, { validated, isLast });
    const metrics = { ...Object.fromEntries(means), ...metricsOf(validated), ...diagnosed.metrics };
    // Emitted before it is saved: a resumed run drops what was logged after its checkpoint, and so loses no line.
    emit({ type: 'epoch', ...place, epochs, metrics, best });
    await this.#epochCallback(place.epoch, diagnosed.train);
    if (best) await checkpoints.saveBest(await this.#snapshot(place.step), position);
    await checkpoints.saveLast(await this.#snapshot(place.step), position);
  }

  /** `seen` are the training images as they were evaluated, if they were. */
  async #epochCallback(epoch: number, seen?: Outputs): Promise<void> {
    if (epoch === this.#options.epochs || !this.#method?.hasCallbackAfter(epoch)) return;
    this.#host.emit({ type: 'phase', phase: 'epoch-callback' });
    await this.#method.runCallback(await this.#passes.predictions(seen));
  }

  /** With the best epoch's parameters. */
  async #end(position: Position) {
    const { best } = position;
    if (best !== undefined) this.restore(await this.#host.checkpoints.loadBest());
    const place = { epoch: best?.epoch ?? position.epoch, step: this.#stepsDone(position) };
    const test = await this.#passes.test(place, best?.temperature);
    return { test, drawn: this.#drawn ?? (await this.#passes.draw(place)) };
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

  /** @throws AdarandError `training.diverged` where a state of the method's is not a number: no loss may have read it. */
  async #snapshot(step: number): Promise<ReadonlyMap<string, Tensor>> {
    const tensors = await this.state.read(this.#stepper.saved);
    for (const [name, { dtype, data }] of tensors)
      if (name.startsWith(METHOD_PREFIX) && dtype === 'float32' && data.some(Number.isNaN))
        throw stateDiverged(this.#options.method.name, name.slice(METHOD_PREFIX.length), step);
    return tensors;
  }
}

/** A batch may be computed in several runs of a smaller graph, whose gradients make one update. */
function stepShape({ batchSize, microBatch = batchSize, accumulate, imageSize, classes }: TrainerOptions) {
  const microBatches = batchSize / microBatch;
  invariant(Number.isInteger(microBatches), `${microBatch} divides a batch of ${batchSize}`);
  return { batchSize: microBatch, microBatches, accumulate: accumulate * microBatches, imageSize, classes };
}

/** Of validation images, if there are some. */
function metricsOf(validated: Validated | undefined): Record<string, number> {
  if (validated === undefined) return {};
  const { accuracy, balancedAccuracy, loss, seconds } = validated;
  return {
    val_accuracy: accuracy,
    val_balanced_accuracy: balancedAccuracy,
    val_loss: loss,
    validation_seconds: seconds,
  };
}

function incomplete(what: string): AdarandError {
  return new AdarandError(
    'checkpoint.incomplete',
    what,
    'Restore the run folder as it was, or start a new run.',
  );
}
