import { AdarandError } from '../../errors.js';
import { commandLine } from '../../run/command-line.js';
import { type RunEvent, STOPPED } from '../../run/events.js';
import type { RunSummary } from '../../run/folder/record.js';
import { continued } from '../continued.js';
import type { Runner } from '../launch-runs.js';
import { checkExperiment } from './check-experiment.js';
import { checkImages } from './check-images.js';
import { type CompareFolder, createCompareFolder, openCompareFolder } from './compare-folder.js';
import type { CompareEvent } from './events.js';
import { keepLists, newLists, removeLists } from './image-lists.js';
import type { Where } from './options/where.js';
import { plannedRuns } from './plan.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';
import { type CompareReport, reportOn } from './report.js';
import type { CompareRequest } from './request.js';
import { runPlace } from './run-place.js';

export interface CompareHost extends Runner {
  emit(event: CompareEvent): void;
}

export interface NewExperiment {
  readonly request: CompareRequest;
  readonly out: string | undefined;
  /** Where it was written, for what is wrong with it. */
  readonly where: Where;
}

/** @throws AdarandError for what is wrong with the experiment; what is wrong with one of its runs is recorded there. */
export async function startComparison(
  { request, out, where }: NewExperiment,
  host: CompareHost,
): Promise<CompareReport> {
  const folder = await createCompareFolder(out, request);
  let isBegun = false;
  try {
    const record = await checkedRecord(request, { folder, where, host });
    await folder.write(record);
    isBegun = true;
    return await new Comparison(folder, record, host).run();
  } finally {
    if (!isBegun) await removeLists(folder);
    folder.close();
    if (!isBegun) await folder.remove();
  }
}

async function checkedRecord(
  request: CompareRequest,
  {
    folder,
    where,
    host,
  }: { readonly folder: CompareFolder; readonly where: Where; readonly host: CompareHost },
): Promise<ExperimentRecord> {
  const runs = plannedRuns(request);
  const lists = await newLists(folder);
  const onEvent = (event: RunEvent) => host.emit({ type: 'check-event', event });
  const { splits, presets, remarks, known } = await checkExperiment(request, runs, {
    lists,
    where,
    runner: host,
    onEvent,
  });
  host.emit({ type: 'checked', remarks, known });
  return { version: 1, request, runs, splits, presets, seconds: 0 };
}

export interface Continuation {
  readonly path: string;
  /** Whether runs that failed are tried again. */
  readonly retry: boolean;
}

/** @throws AdarandError `compare.not-an-experiment`, `run.locked`, `run.damaged`, and as `startComparison`. */
export async function resumeComparison(
  { path, retry }: Continuation,
  host: CompareHost,
): Promise<CompareReport> {
  const { folder, record } = await openCompareFolder(path);
  try {
    return await new Comparison(folder, record, host, retry).run();
  } finally {
    folder.close();
  }
}

class Comparison {
  readonly #folder: CompareFolder;
  readonly #host: CompareHost;
  readonly #retry: boolean;
  #record: ExperimentRecord;

  constructor(folder: CompareFolder, record: ExperimentRecord, host: CompareHost, retry = false) {
    this.#folder = folder;
    this.#record = record;
    this.#host = host;
    this.#retry = retry;
  }

  async run(): Promise<CompareReport> {
    const { path } = this.#folder;
    try {
      await keepLists(this.#folder);
      this.#announce();
      for (const [number, run] of this.#record.runs.entries())
        if (this.#isLeft(run)) await this.#train(run, number);
      return await reportOn(path, this.#record);
    } catch (error) {
      throw continued(error, commandLine('compare', '--resume', path), 'what is finished is kept');
    }
  }

  #announce(): void {
    const { runs, request } = this.#record;
    const left = runs.filter((run) => this.#isLeft(run)).length;
    const { threads = 1 } = request.options;
    this.#host.emit({
      type: 'experiment',
      path: this.#folder.path,
      runs: runs.length,
      left,
      parallel: 1,
      threads,
    });
  }

  #isLeft({ status }: ExperimentRun): boolean {
    return status === 'planned' || (status === 'failed' && this.#retry);
  }

  async #train(run: ExperimentRun, number: number): Promise<void> {
    this.#host.emit({ type: 'run-begins', run, number: number + 1, seconds_left: null });
    const started = performance.now();
    const { request } = this.#record;
    const onEvent = (event: RunEvent) => this.#host.emit({ type: 'run-event', run: run.run, event });
    let summary: RunSummary | undefined;
    let error: unknown;
    try {
      summary = await runPlace(run, { folder: this.#folder, record: this.#record }, this.#host, onEvent);
      await checkImages(this.#folder.path, run, this.#record);
    } catch (thrown) {
      if (!isOfRun(thrown)) throw thrown;
      error = thrown;
    }
    const seconds = (performance.now() - started) / 1000;
    const ended = endOf(run, seconds, error);
    await this.#save(number, ended, seconds);
    if (!request.keepWeights) await this.#folder.deleteWeights(run.run);
    const test_accuracy = summary?.test_accuracy ?? null;
    this.#host.emit({ type: 'run-ended', run: ended, number: number + 1, test_accuracy, seconds_left: null });
  }

  async #save(number: number, ended: ExperimentRun, seconds: number): Promise<void> {
    const { runs, seconds: before } = this.#record;
    this.#record = { ...this.#record, runs: runs.with(number, ended), seconds: before + seconds };
    await this.#folder.write(this.#record);
  }
}

/** Whether an error is about one run, and the others may go on: not a wish to stop, a full disk, or a bug. */
function isOfRun(error: unknown): error is AdarandError {
  return error instanceof AdarandError && error.code !== STOPPED && !error.code.startsWith('files.');
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
