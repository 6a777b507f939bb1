import { join } from 'node:path';
import type { FolderReport } from '../../data/index.js';
import { AdarandError, invariant } from '../../errors.js';
import type { BoundMethod } from '../../methods/method.js';
import { commandLine } from '../../run/command-line.js';
import type { RunEvent } from '../../run/events.js';
import type { RunRecord, RunSummary } from '../../run/folder/record.js';
import { RunFolder } from '../../run/folder/run-folder.js';
import type { TrainOptions } from '../../run/options/options.gen.js';
import { allEpochs, methodsOf, sharedOptions, type TuneRequest } from '../../run/options/tune-options.js';
import { continued } from '../continued.js';
import type { Runner } from '../launch-runs.js';
import { trainOrContinue } from '../train-or-continue.js';
import { plannedCount, secondsLeft } from './budget.js';
import { checkTunable, refuseTwice } from './check-tunable.js';
import type { TuneEvent } from './events.js';
import type { TriedRun, TuneRecord, TuneReport } from './record.js';
import { describeFinalist } from './report.js';
import { search, type Trial } from './search.js';
import { trialOptions } from './trial-options.js';
import { createTuneFolder, openTuneFolder, placed, TRIALS, type TuneFolder } from './tune-folder.js';
import { typedRequest } from './typed-request.js';

export interface TuneHost extends Pick<Runner, 'train' | 'resume'> {
  emit(event: TuneEvent): void;
}

/** Validation images that suffice to tell configurations apart by some points. */
const ENOUGH_IMAGES = 200;
const MOST_FOLDS = 5;

/** @throws AdarandError `tune.budget`, and as `train` does. */
export async function startTuning(request: TuneRequest, host: TuneHost): Promise<TuneReport> {
  refuseTwice(request);
  const methods = await checkTunable(request);
  const folder = await createTuneFolder(request);
  const record = { version: 2, request: placed(request), seconds: 0, tried: [] } as const;
  return new Tuning(folder, { ...record, tried: [] }, methods, host).run();
}

/** What a search that goes on may take, in place of what it was given before. */
export type Budget = Pick<TuneRequest, 'minutes' | 'trials'>;

/** @throws AdarandError `tune.finished`, `tune.not-a-search`, and as `startTuning` does. */
export async function resumeTuning(path: string, budget: Budget, host: TuneHost): Promise<TuneReport> {
  const { folder, record } = await openTuneFolder(path);
  const isChanged = budget.minutes !== undefined || budget.trials !== undefined;
  if (record.report !== undefined) {
    folder.close();
    throw new AdarandError(
      'tune.finished',
      `${path} is finished already`,
      `See ${join(path, 'best')} and ${join(path, 'tune.json')}.`,
    );
  }
  const { minutes: _, trials: __, ...others } = record.request;
  const asked = isChanged ? { ...others, ...budget } : record.request;
  const { request, methods } = await checkedRequest(folder, asked);
  const tuning = new Tuning(folder, { ...record, request }, methods, host);
  if (isChanged && tuning.settled !== undefined)
    host.emit({
      type: 'remark',
      text: `the other budget changes nothing: ${tuning.settled} configurations were tried, and a later stage has begun`,
    });
  return tuning.run();
}

/** Older searches recorded the options of their method as they were typed. */
async function checkedRequest(folder: TuneFolder, asked: TuneRequest) {
  try {
    const request = await typedRequest(asked);
    return { request, methods: await checkTunable(request) };
  } catch (error) {
    folder.close();
    throw error;
  }
}

class Tuning {
  readonly #folder: TuneFolder;
  readonly #methods: ReadonlyMap<string, BoundMethod>;
  readonly #host: TuneHost;
  #record: TuneRecord;
  /** How many configurations of each method there are, as soon as a later stage has begun. */
  #settled: number | undefined;
  /** Nothing has come of it. */
  #isAbandoned = false;

  constructor(
    folder: TuneFolder,
    record: TuneRecord,
    methods: ReadonlyMap<string, BoundMethod>,
    host: TuneHost,
  ) {
    this.#folder = folder;
    this.#methods = methods;
    this.#record = record;
    this.#host = host;
    if (record.tried.some((run) => !this.#isInFirstStage(run))) this.#settle();
  }

  async run(): Promise<TuneReport> {
    const { path } = this.#folder;
    const { request } = this.#record;
    try {
      await this.#folder.write(this.#record);
      const finalists = await search({
        methods: methodsOf(request),
        epochs: allEpochs(request),
        seed: request.seed,
        folds: () => this.#folds,
        count: () => this.#count(),
        run: (trial) => this.#try(trial),
      });
      const described = finalists.map((finalist) => describeFinalist(finalist, this.#record.tried));
      const [chosen] = described;
      invariant(chosen !== undefined, 'a search without configurations');
      const best = await this.#best(chosen);
      const { tried, seconds } = this.#record;
      const report: TuneReport = {
        path,
        configurations: new Set(tried.map(({ configuration }) => configuration)).size,
        runs: tried.length,
        folds: this.#folds,
        val_images: validationImages(tried),
        finalists: described,
        seconds,
        best,
      };
      await this.#save({ report });
      return report;
    } catch (error) {
      const isBegun = this.#record.tried.length > 0 || (await this.#folder.hasRun());
      this.#isAbandoned = !isBegun;
      const isOver = error instanceof AdarandError && error.code === 'tune.budget';
      if (!isBegun || isOver) throw error;
      throw continued(error, commandLine('tune', '--resume', path), 'what was tried so far is kept');
    } finally {
      this.#folder.close();
      if (this.#isAbandoned) await this.#folder.remove();
    }
  }

  get settled(): number | undefined {
    return this.#settled;
  }

  #isInFirstStage({ stage, fold }: Pick<Trial, 'stage' | 'fold'>): boolean {
    return stage === 0 && fold === 0;
  }

  #settle(): void {
    const { tried, request } = this.#record;
    this.#settled = tried.filter((run) => this.#isInFirstStage(run)).length / methodsOf(request).length;
  }

  get #folds(): number {
    return this.#record.folds ?? 1;
  }

  /** How many configurations of each method there are to be, as far as is known by now. */
  #count(): number {
    return this.#settled ?? plannedCount(this.#record, this.#folder.path);
  }

  async #try(trial: Trial) {
    const before = this.#record.tried.find((run) => isOf(run, trial));
    if (before !== undefined) return outcomeOf(before);
    if (!this.#isInFirstStage(trial)) this.#settle();
    const { method, number, stage, fold } = trial;
    const run = join(TRIALS, `${method.replace(/[^\w+-]+/g, '-')}-${number}-${trial.epochs}-${fold}`);
    const bound = this.#methods.get(method);
    invariant(bound !== undefined, `${method} was checked before`);
    const options = trialOptions(trial, this.#record, bound);
    const { epochs = trial.epochs } = options;
    const place = { run, method, configuration: number, epochs, stage, fold };
    this.#host.emit({ type: 'trial', ...place, seconds_left: this.#secondsLeft });
    const started = performance.now();
    const path = join(this.#folder.path, run);
    const summary = await this.#train(path, options);
    const seconds = (performance.now() - started) / 1000;
    const record = await (await RunFolder.open(path)).record();
    if (summary.val_accuracy === null || summary.val_loss === null) throw nothingToChooseBy();
    const tried: TriedRun = {
      run,
      method,
      configuration: number,
      ...chosenIn(record),
      epochs,
      stage,
      fold,
      val_accuracy: summary.val_accuracy,
      val_loss: summary.val_loss,
      val_images: summary.val_images,
      probe_val_accuracy: summary.probe_val_accuracy,
      best_epoch: summary.best_epoch,
      seconds,
      seconds_per_epoch: summary.seconds_per_epoch,
    };
    await this.#save({
      seconds: this.#record.seconds + seconds,
      tried: [...this.#record.tried, tried],
    });
    await this.#folder.deleteWeights(run);
    this.#host.emit({ type: 'tried', ...tried });
    return outcomeOf(tried);
  }

  /** Trained once more, with the test images, which nothing has looked at. */
  async #best({
    method,
    configuration,
    learning_rate,
    lambda,
    augment,
    label_smoothing,
    epochs,
  }: ReturnType<typeof describeFinalist>) {
    const { request } = this.#record;
    const place = { run: 'best', method, configuration, epochs, stage: 0, fold: 0 } as const;
    this.#host.emit({ type: 'trial', ...place, seconds_left: this.#secondsLeft });
    const started = performance.now();
    const options = { ...sharedOptions(request), method, epochs };
    const best = await this.#train(
      join(this.#folder.path, place.run),
      configuration === 0
        ? options
        : {
            ...options,
            learningRate: learning_rate,
            ...(lambda > 0 && { lambda }),
            augment,
            labelSmoothing: label_smoothing,
          },
    );
    await this.#save({ seconds: this.#record.seconds + (performance.now() - started) / 1000 });
    return best;
  }

  readonly #onEvent = (event: RunEvent) => {
    this.#host.emit({ type: 'run-event', event });
    if (event.type === 'data' && this.#record.folds === undefined) this.#chooseFolds(event.report);
  };

  /** So many cuts that together they have enough images. Written with the first run that ends: until then, it is repeated. */
  #chooseFolds({ classes, valFolds }: FolderReport): void {
    const { folds: asked } = this.#record.request;
    const images = classes.reduce((sum, { val }) => sum + val, 0);
    const folds = Math.min(
      valFolds,
      asked ?? Math.min(MOST_FOLDS, Math.ceil(ENOUGH_IMAGES / Math.max(1, images))),
    );
    this.#record = { ...this.#record, folds };
    if (asked !== undefined && asked > valFolds)
      this.#host.emit({
        type: 'remark',
        text: `--folds ${asked}: the validation images can be cut in ${valFolds} ${valFolds === 1 ? 'way' : 'disjoint ways'} only`,
      });
  }

  #train(out: string, options: TrainOptions): Promise<RunSummary> {
    return trainOrContinue(out, options, this.#host, this.#onEvent);
  }

  /** Until the search's end; null before the first run has shown what one takes. */
  get #secondsLeft(): number | null {
    return secondsLeft(this.#record, () => this.#count());
  }

  async #save(change: Partial<TuneRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    await this.#folder.write(this.#record);
  }
}

/** Over all cuts: those of the last stage. */
function validationImages(tried: readonly TriedRun[]): number {
  const [first] = tried;
  const last = Math.max(...tried.map(({ stage }) => stage));
  const finals = tried.filter(
    ({ method, configuration, stage }) => method === first?.method && configuration === 0 && stage === last,
  );
  return finals.reduce((sum, { val_images }) => sum + val_images, 0);
}

const isOf = (run: TriedRun, { method, number, stage, fold }: Trial) =>
  run.method === method && run.configuration === number && run.stage === stage && run.fold === fold;

const outcomeOf = ({ val_accuracy, val_loss }: TriedRun) => ({ accuracy: val_accuracy, loss: val_loss });

const chosenIn = ({ options, settings: { learningRate, lambda, augment } }: RunRecord) => ({
  learning_rate: learningRate,
  lambda,
  augment,
  label_smoothing: options.labelSmoothing,
});

function nothingToChooseBy(): AdarandError {
  return new AdarandError(
    'tune.no-validation',
    'there are no validation images to choose by',
    'Choose a greater --val-fraction, or give DATA a folder val/.',
  );
}
