import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../../errors.js';
import type { RunEvent } from '../../run/events.js';
import { measureRun } from '../../run/operations/measure-run.js';
import { DEFAULT_EPOCHS } from '../../run/options/train-options.js';
import { checkExperiment } from './check-experiment.js';
import type { CompareHost, NewExperiment } from './compare.js';
import { type MeasuredRun, paceOf, toMeasure } from './paces.js';
import { Places } from './parallel.js';
import { plannedRuns } from './plan.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';
import { isAlike, runOptions } from './run-options.js';

/** What runs of one kind would take, whatever their seed. */
export interface ExpectedRuns {
  readonly dataset: string;
  readonly model: string;
  readonly method: string;
  readonly fraction: number;
  readonly runs: number;
  /** Training images. */
  readonly images: number;
  readonly epochs: number;
  /** Of one run. */
  readonly seconds: number;
}

export interface DryRunReport {
  readonly runs: number;
  /** Runs of the search before them. */
  readonly trials: number;
  readonly parallel: number;
  readonly threads: number;
  /** Of all runs and trials. */
  readonly seconds: number;
  readonly peak_memory_bytes: number;
  readonly expected: readonly ExpectedRuns[];
}

/**
 * Checks an experiment, and measures some steps of each method; what the runs take follows from these (`paces.ts`). Nothing of it
 * is left.
 *
 * @throws AdarandError as `startComparison` does.
 */
export async function dryRun(
  { request, where, parallel }: NewExperiment,
  host: CompareHost,
): Promise<DryRunReport> {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-dry-run-'));
  try {
    const runs = plannedRuns(request);
    const onEvent = (event: RunEvent) => host.emit({ type: 'check-event', event });
    const lists = join(folder, 'splits');
    const checked = await checkExperiment(request, runs, { lists, where, runner: host, onEvent });
    const { data, remarks, known, splits, presets, stepBytes } = checked;
    host.emit({ type: 'checked', data, remarks, known });
    const record: ExperimentRecord = {
      version: 1,
      request,
      parallel: null,
      runs,
      splits,
      presets,
      tried: [],
      chosen: [],
      seconds: 0,
      check_seconds: 0,
    };
    const kinds = runs.filter(({ seed }) => seed === request.seeds[0]);
    const measured = await measureAll(kinds, { record, folder, host });
    const expected = kinds.map((run): ExpectedRuns => {
      const { dataset, model, method, fraction } = run;
      const [images, epochs] = [imagesOf(run, record), epochsOf(run, record)];
      const of = runs.filter((other) => isAlike(other, run)).length;
      const { epoch_seconds, around_seconds } = paceOf(run, images, measured);
      return {
        dataset,
        model,
        method,
        fraction,
        runs: of,
        images,
        epochs,
        seconds: around_seconds + epochs * epoch_seconds,
      };
    });
    const places = new Places({ asked: parallel, threads: request.options.threads, largestStep: stepBytes });
    const peak = Math.max(...measured.map(({ pace }) => pace.peak_memory_bytes));
    places.measured(peak);
    const { search } = request;
    const all = expected.reduce((sum, { runs, seconds }) => sum + (runs + (search ?? 0)) * seconds, 0);
    const trials = (search ?? 0) * kinds.length;
    const longest = Math.max(...expected.map(({ seconds }) => seconds));
    return {
      runs: runs.length,
      trials,
      parallel: places.count,
      threads: request.options.threads ?? 1,
      seconds: Math.max(all / Math.min(places.count, runs.length), longest),
      peak_memory_bytes: peak,
      expected,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(
  kinds: readonly ExperimentRun[],
  {
    record,
    folder,
    host,
  }: { readonly record: ExperimentRecord; readonly folder: string; readonly host: CompareHost },
): Promise<MeasuredRun[]> {
  const some = toMeasure(kinds);
  const measured: MeasuredRun[] = [];
  for (const [i, run] of some.entries()) {
    host.emit({ type: 'measuring', run, number: i + 1, total: some.length });
    const out = join(folder, 'run');
    const onEvent = (event: RunEvent) => host.emit({ type: 'check-event', event });
    const pace = await host.perform(measureRun, { ...runOptions(run, record), out }, onEvent);
    measured.push({ run, images: imagesOf(run, record), pace });
  }
  return measured;
}

function imagesOf(
  { dataset, seed, fraction }: ExperimentRun,
  { splits }: Pick<ExperimentRecord, 'splits'>,
): number {
  const split = splits.findIndex(
    (one) => one.dataset === dataset && one.seed === seed && one.fraction === fraction,
  );
  return at(splits, split).train;
}

function epochsOf(run: ExperimentRun, record: ExperimentRecord): number {
  return runOptions(run, record).epochs ?? DEFAULT_EPOCHS;
}
