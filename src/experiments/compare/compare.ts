import { AdarandError } from '../../errors.js';
import { commandLine } from '../../run/command-line.js';
import { type RunEvent, STOPPED } from '../../run/events.js';
import type { RunSummary } from '../../run/folder/record.js';
import { continued } from '../continued.js';
import type { Runner } from '../launch-runs.js';
import { type CompareFolder, createCompareFolder, openCompareFolder } from './compare-folder.js';
import type { CompareEvent } from './events.js';
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
}

/** @throws AdarandError for what is wrong with the experiment; what is wrong with one of its runs is recorded there. */
export async function startComparison(
  { request, out }: NewExperiment,
  host: CompareHost,
): Promise<CompareReport> {
  const folder = await createCompareFolder(out, request);
  return new Comparison(folder, { version: 1, request, runs: plannedRuns(request), seconds: 0 }, host).run();
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
  return new Comparison(folder, record, host, retry).run();
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
    let isAbandoned = false;
    try {
      await this.#folder.write(this.#record);
      this.#announce();
      for (const [number, run] of this.#record.runs.entries())
        if (this.#isLeft(run)) await this.#train(run, number);
      return await reportOn(path, this.#record);
    } catch (error) {
      const hasEnded = this.#record.runs.some(({ status }) => status !== 'planned');
      isAbandoned = !hasEnded && !(await this.#folder.hasRun());
      if (isAbandoned) throw error;
      throw continued(error, commandLine('compare', '--resume', path), 'what is finished is kept');
    } finally {
      this.#folder.close();
      if (isAbandoned) await this.#folder.remove();
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
      summary = await runPlace(run, { folder: this.#folder, request }, this.#host, onEvent);
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
