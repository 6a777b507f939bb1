import { join } from 'node:path';
import { lockState } from '../../../files/lock.js';
import { totalSteps } from '../../../training/end-reasons.js';
import { type MetricsLine, medianSeconds, readMetrics } from '../../folder/metrics-log.js';
import type { RunRecord, RunSummary } from '../../folder/record.js';
import { RunFolder } from '../../folder/run-folder.js';
import { stageOf } from '../../folder/stage.js';
import { lengthOf } from '../../train/check-position.js';
import { type WorkState, workStateOf } from './work-state.js';

/** A run that another process may be working on, as its files show it. */
export interface RunStatus {
  readonly path: string;
  readonly state: WorkState;
  /** `process 17`; null unless it is running. */
  readonly holder: string | null;
  readonly data: string;
  readonly model: string;
  readonly method: string;
  /** Epochs that are done, of `epochs`, which patience may shorten. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches, as far as they are logged, of `total_steps`. */
  readonly step: number;
  readonly total_steps: number;
  /** From what epochs, or batches, took so far; null before the first one, and for a run that is finished. */
  readonly seconds_left: number | null;
  /** Unix seconds of the last line that was logged; null before the first, and for earlier versions. */
  readonly logged: number | null;
  /** Numbers of the last batch that was logged. */
  readonly last_step: Readonly<Record<string, number>> | null;
  /** Every epoch that is done: its number, whether it was the best by then, its numbers. */
  readonly epoch_metrics: readonly EpochStatus[];
  /** Null where none was validated. */
  readonly best_epoch: number | null;
  /** Of a finished run. */
  readonly summary: RunSummary | null;
}

export interface EpochStatus {
  readonly epoch: number;
  readonly best: boolean;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A folder in which a run is being prepared, and none has begun. */
export interface PreparingRun {
  readonly path: string;
  readonly state: 'preparing';
  readonly holder: string;
}

/**
 * Reads what is there, without a lock: files may be replaced and lines half written at any time.
 *
 * @throws AdarandError `run.not-a-run`, `run.damaged`.
 */
export async function runStatus(path: string): Promise<RunStatus | PreparingRun> {
  const lock = lockState(join(path, '.lock'));
  if (stageOf(path) === undefined && lock.state === 'held')
    return { path, state: 'preparing', holder: lock.holder };
  const folder = await RunFolder.open(path);
  const record = await folder.record();
  const lines = await readMetrics(folder.metrics);
  const summary = await folder.summary();
  const { options, data, model } = record;
  const steps = totalSteps(lengthOf(record));
  const last = lines.at(-1);
  const step = Math.max(0, ...lines.map((line) => line.step));
  const epochs = lines.filter(({ type }) => type === 'epoch').map(epochStatus);
  const lastStep = lines.findLast(({ type }) => type === 'step');
  return {
    path,
    ...workStateOf(path, summary !== undefined),
    data: data.name,
    model: model.name,
    method: options.method,
    epoch: epochs.at(-1)?.epoch ?? 0,
    epochs: options.epochs,
    step: Math.min(step, steps),
    total_steps: steps,
    seconds_left: summary === undefined ? secondsLeft(record, lines, Math.max(0, steps - step)) : null,
    logged: last?.unix_seconds ?? null,
    last_step: lastStep === undefined ? null : numbersOf(lastStep),
    epoch_metrics: epochs,
    best_epoch: epochs.findLast(({ best }) => best)?.epoch ?? null,
    summary: summary ?? null,
  };
}

function epochStatus(line: MetricsLine): EpochStatus {
  return { epoch: line.epoch, best: line.best === true, metrics: numbersOf(line) };
}

function numbersOf(line: MetricsLine): Record<string, number> {
  const places = new Set(['epoch', 'step', 'unix_seconds']);
  return Object.fromEntries(
    Object.entries(line).flatMap(([name, value]) =>
      typeof value === 'number' && !places.has(name) ? [[name, value]] : [],
    ),
  );
}

/** By the median epoch, validation included; before one is done, by the speed of the last batch. */
function secondsLeft(record: RunRecord, lines: readonly MetricsLine[], steps: number): number | null {
  const epochSeconds = medianSeconds(lines);
  const { batchesPerEpoch } = lengthOf(record);
  if (epochSeconds !== undefined && batchesPerEpoch > 0) return (epochSeconds / batchesPerEpoch) * steps;
  const speed = lines.findLast(({ type }) => type === 'step')?.images_per_second;
  return typeof speed === 'number' && speed > 0 ? (record.settings.batchSize / speed) * steps : null;
}
