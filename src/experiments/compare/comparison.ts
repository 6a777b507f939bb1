import { join } from 'node:path';
import { AdarandError, at, invariant } from '../../errors.js';
import { commandLine } from '../../run/command-line.js';
import { type RunEvent, STOPPED } from '../../run/events.js';
import { failureOf } from '../../run/failure.js';
import type { RunSummary } from '../../run/folder/record.js';
import { imageListOf, RunFolder } from '../../run/folder/run-folder.js';
import { stageOf } from '../../run/folder/stage.js';
import { continued } from '../continued.js';
import { sideBySide } from '../side-by-side.js';
import { trainOrContinue } from '../train-or-continue.js';
import { checkMethods, checkUnchanged } from './check-unchanged.js';
import type { CompareHost } from './compare.js';
import type { CompareFolder } from './compare-folder.js';
import { secondsLeft } from './estimate.js';
import { keepLists } from './image-lists.js';
import { Places } from './parallel.js';
import type { ExperimentRecord, ExperimentRun, Place } from './record.js';
import { type CompareReport, reportOn } from './report.js';
import { runPlace } from './run-place.js';
import { chooseAll, isTried, plannedTrials, type Trial, trialOptions, trialsAsRuns } from './search.js';
import { shareImageList } from './share-image-list.js';

export interface ComparisonOptions {
  /** Bytes of the largest step, by an estimate; 0 where it is not known. */
  readonly largestStep: number;
  /** Whether runs that failed are tried again. */
  readonly retry: boolean;
}

/** Trains what is left of an experiment, and keeps its record up to date. */
export class Comparison {
  readonly #folder: CompareFolder;
  readonly #host: CompareHost;
  readonly #retry: boolean;
  readonly #places: Places;
  readonly #began = performance.now();
  readonly #secondsBefore: number;
  #record: ExperimentRecord;
  #saving: Promise<void> = Promise.resolve();
  /** The runs that are going on, by their numbers, with the times when they began. */
  readonly #going = new Map<number, number>();
  /** The same of configurations that are tried, by their folders. */
  readonly #trying = new Map<string, number>();

  constructor(
    folder: CompareFolder,
    record: ExperimentRecord,
    host: CompareHost,
    options: ComparisonOptions,
  ) {
    const { largestStep, retry } = options;
    this.#folder = folder;
    this.#record = record;
    this.#secondsBefore = record.seconds;
    this.#host = host;
    this.#retry = retry;
    const { threads } = record.request.options;
    this.#places = new Places({ asked: record.parallel ?? undefined, threads, largestStep });
  }

  /** @throws AdarandError `run.stopped`, `compare.data-changed`, `files.disk-full`, with the command that continues it. */
  async run(): Promise<CompareReport> {
    const { path } = this.#folder;
    const { request, runs } = this.#record;
    try {
      await keepLists(this.#folder);
      checkMethods(this.#record);
      for (const { peak_memory_bytes: peak } of (await reportOn(path, this.#record)).runs)
        if (peak !== null) this.#places.measured(peak);
      const left = [...runs.keys()].filter((number) => this.#isLeft(at(runs, number)));
      const { threads = 1 } = request.options;
      const { count: parallel } = this.#places;
      this.#host.emit({ type: 'experiment', path, runs: runs.length, left: left.length, parallel, threads });
      for (const run of runs) await this.#tidy(run);
      await this.#search();
      await sideBySide(
        left,
        () => this.#places.count,
        (number) => this.#train(number),
      );
      return await reportOn(path, this.#record);
    } catch (error) {
      throw continued(error, commandLine('compare', '--resume', path), 'what is finished is kept');
    }
  }

  /** Tries the configurations of each method on the first seed, and chooses by validation. */
  async #search(): Promise<void> {
    if (this.#record.chosen.length > 0) return;
    const trials = plannedTrials(this.#record.request);
    if (trials.length === 0) return;
    const places = () => this.#places.count;
    const left = [...trials.entries()].filter(([, trial]) => !isTried(trial, this.#record.tried));
    // The first ones tell what the others vary.
    for (const isFirst of [true, false]) {
      const some = left.filter(([, { configuration }]) => (configuration === 0) === isFirst);
      await sideBySide(some, places, ([i, trial]) =>
        this.#try(trial, { number: i + 1, total: trials.length }),
      );
    }
    await this.#change({ chosen: chooseAll(this.#record) });
    this.#host.emit({ type: 'chosen', chosen: this.#record.chosen });
  }

  async #try(trial: Trial, place: { readonly number: number; readonly total: number }): Promise<void> {
    const options = trialOptions(trial, this.#record);
    if (options === undefined) return;
    const started = performance.now();
    this.#trying.set(trial.run, started);
    this.#host.emit({ type: 'trial-begins', trial, ...place, seconds_left: this.#searchSecondsLeft });
    const onEvent = (event: RunEvent) => this.#host.emit({ type: 'run-event', run: trial.run, event });
    const path = join(this.#folder.path, trial.run);
    const { seed: _, ...kind } = trial;
    const ended = await trainOrContinue(path, options, this.#host, onEvent)
      .then((summary) => ({ ...kind, ...triedOf(summary) }))
      .catch(async (error: unknown) => {
        if (!isOfRun(error)) throw error;
        return { ...kind, status: 'failed', error: failureOf(error), ...(await settingsOf(path)) } as const;
      })
      .finally(() => this.#trying.delete(trial.run));
    const tried = { ...ended, seconds: (performance.now() - started) / 1000 };
    await this.#change({ tried: [...this.#record.tried, tried] });
    await this.#folder.deleteWeights(trial.run);
    await this.#shareImages(trial);
    this.#host.emit({ type: 'trial-ended', tried, ...place, seconds_left: this.#searchSecondsLeft });
  }

  #isLeft({ status }: ExperimentRun): boolean {
    return status === 'planned' || (status === 'failed' && this.#retry);
  }

  async #train(number: number): Promise<void> {
    const run = at(this.#record.runs, number);
    const started = performance.now();
    this.#going.set(number, started);
    this.#host.emit({ type: 'run-begins', run, number: number + 1, seconds_left: this.#secondsLeft });
    const onEvent = (event: RunEvent) => this.#host.emit({ type: 'run-event', run: run.run, event });
    let summary: RunSummary | undefined;
    let error: unknown;
    try {
      summary = await runPlace(run, { folder: this.#folder, record: this.#record }, this.#host, onEvent);
      await checkUnchanged(this.#folder.path, run, this.#record);
      if (summary.peak_memory_bytes !== null) this.#places.measured(summary.peak_memory_bytes);
    } catch (thrown) {
      if (!isOfRun(thrown)) throw thrown;
      error = thrown;
    } finally {
      this.#going.delete(number);
    }
    const ended = endOf(run, (performance.now() - started) / 1000, error);
    await this.#save(number, ended);
    await this.#tidy(ended);
    await this.#shareImages(ended);
    const test_accuracy = summary?.test_accuracy ?? null;
    const seconds_left = this.#secondsLeft;
    this.#host.emit({ type: 'run-ended', run: ended, number: number + 1, test_accuracy, seconds_left });
  }

  /** Deletes what is of no use any more. A process that crashed goes on from its checkpoint. */
  async #tidy(run: ExperimentRun): Promise<void> {
    if (this.#record.request.keepWeights || run.status === 'planned') return;
    if (run.status === 'failed' && run.error.code === 'process.crashed') return;
    await this.#folder.deleteWeights(run.run);
  }

  /** Of many runs on the same images, one list takes less room than one each. */
  async #shareImages({ dataset, model, fraction, seed, run }: Place & { readonly run: string }) {
    const { runs, request, tried } = this.#record;
    const listOf = (of: string) => imageListOf(join(this.#folder.path, of));
    const isSame = (other: Omit<Place, 'seed'>) =>
      other.dataset === dataset && other.model === model && other.fraction === fraction;
    const ended = [
      ...runs.filter((other) => other.status === 'finished' && other.seed === seed && isSame(other)),
      ...tried.filter((other) => seed === request.seeds[0] && isSame(other)),
    ];
    const others = ended.map((other) => other.run).filter((other) => other !== run);
    await shareImageList(listOf(run), others.map(listOf));
  }

  #save(number: number, ended: ExperimentRun): Promise<void> {
    return this.#change({ runs: this.#record.runs.with(number, ended) });
  }

  /** Several runs may end at once: the file is written by one after another. */
  #change(change: Partial<ExperimentRecord>): Promise<void> {
    const seconds = this.#secondsBefore + (performance.now() - this.#began) / 1000;
    this.#record = { ...this.#record, ...change, seconds };
    this.#saving = this.#saving.then(() => this.#folder.write(this.#record));
    return this.#saving;
  }

  get #secondsLeft(): number | null {
    const now = performance.now();
    const going = new Map(Array.from(this.#going, ([number, began]) => [number, (now - began) / 1000]));
    return secondsLeft(this.#record.runs, going, (run) => this.#isLeft(run), this.#places.count);
  }

  get #searchSecondsLeft(): number | null {
    const now = performance.now();
    const trials = trialsAsRuns(this.#record);
    const going = new Map(
      trials.flatMap(({ run }, number) => {
        const began = this.#trying.get(run);
        return began === undefined ? [] : [[number, (now - began) / 1000] as const];
      }),
    );
    return secondsLeft(trials, going, ({ status }) => status === 'planned', this.#places.count);
  }
}

/** Whether an error is about one run, and the others may go on: not a wish to stop, other images, a full disk, or a bug. */
function isOfRun(error: unknown): error is AdarandError {
  return error instanceof AdarandError && error.code !== STOPPED && !/^(files|compare)[.]/.test(error.code);
}

function endOf(
  { dataset, model, method, fraction, seed, run }: ExperimentRun,
  seconds: number,
  error: unknown,
): ExperimentRun {
  const place = { dataset, model, method, fraction, seed, run, seconds };
  if (!(error instanceof AdarandError)) return { ...place, status: 'finished' };
  return { ...place, status: 'failed', error: failureOf(error) };
}

function triedOf({ learning_rate, lambda, val_accuracy, val_balanced_accuracy, val_loss }: RunSummary) {
  invariant(val_accuracy !== null && val_loss !== null, 'a search has validation images');
  return {
    status: 'finished',
    learning_rate,
    lambda,
    val_accuracy,
    val_balanced_accuracy,
    val_loss,
  } as const;
}

/** What a run that failed was trained with, if it had begun. */
async function settingsOf(path: string): Promise<{ learning_rate: number | null; lambda: number | null }> {
  if (stageOf(path) === undefined) return { learning_rate: null, lambda: null };
  const { settings } = await (await RunFolder.open(path)).record();
  return { learning_rate: settings.learningRate, lambda: settings.lambda };
}
