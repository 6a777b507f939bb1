import { AdarandError, at } from '../../errors.js';
import { commandLine } from '../../run/command-line.js';
import { type RunEvent, STOPPED } from '../../run/events.js';
import type { RunSummary } from '../../run/folder/record.js';
import { continued } from '../continued.js';
import { sideBySide } from '../side-by-side.js';
import { checkImages } from './check-images.js';
import type { CompareHost } from './compare.js';
import type { CompareFolder } from './compare-folder.js';
import { secondsLeft } from './estimate.js';
import { keepLists } from './image-lists.js';
import { Places } from './parallel.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';
import { type CompareReport, reportOn } from './report.js';
import { runPlace } from './run-place.js';

export interface ComparisonOptions {
  /** Runs side by side; as many as cores and memory allow, unless given. */
  readonly parallel: number | undefined;
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

  constructor(
    folder: CompareFolder,
    record: ExperimentRecord,
    host: CompareHost,
    options: ComparisonOptions,
  ) {
    const { parallel, largestStep, retry } = options;
    this.#folder = folder;
    this.#record = record;
    this.#secondsBefore = record.seconds;
    this.#host = host;
    this.#retry = retry;
    this.#places = new Places({ asked: parallel, threads: record.request.options.threads, largestStep });
  }

  /** @throws AdarandError `run.stopped`, `compare.data-changed`, `files.disk-full`, with the command that continues it. */
  async run(): Promise<CompareReport> {
    const { path } = this.#folder;
    const { request, runs } = this.#record;
    try {
      await keepLists(this.#folder);
      const left = [...runs.keys()].filter((number) => this.#isLeft(at(runs, number)));
      const { threads = 1 } = request.options;
      const { count: parallel } = this.#places;
      this.#host.emit({ type: 'experiment', path, runs: runs.length, left: left.length, parallel, threads });
      for (const run of runs) await this.#tidy(run);
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
      await checkImages(this.#folder.path, run, this.#record);
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

  /** Several runs may end at once: the file is written by one after another. */
  #save(number: number, ended: ExperimentRun): Promise<void> {
    const seconds = this.#secondsBefore + (performance.now() - this.#began) / 1000;
    this.#record = { ...this.#record, runs: this.#record.runs.with(number, ended), seconds };
    this.#saving = this.#saving.then(() => this.#folder.write(this.#record));
    return this.#saving;
  }

  get #secondsLeft(): number | null {
    const now = performance.now();
    const going = new Map(Array.from(this.#going, ([number, began]) => [number, (now - began) / 1000]));
    return secondsLeft(this.#record.runs, going, (run) => this.#isLeft(run), this.#places.count);
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
  const { code, message, hint } = error;
  return { ...place, status: 'failed', error: { code, message, ...(hint !== undefined && { hint }) } };
}
