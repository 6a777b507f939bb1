import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { median } from '../../../src/analysis/statistics.js';
import { invariant } from '../../../src/errors.js';
import { experimentRecordSchema } from '../../../src/experiments/compare/record.js';
import {
  type FinishedRun,
  isFinished,
  type RunEvidence,
} from '../../../src/experiments/report/evidence/evidence.js';
import { gatherEvidence } from '../../../src/experiments/report/evidence/gather.js';
import type { EpochMetrics } from '../../../src/run/folder/metrics-log.js';
import { parseStored } from '../../../src/run/folder/record.js';
import { type EpochFinding, type Evidence, evidenceSchema, measureNames, type RunFinding } from './schema.js';

/** What evidence takes from `experiment.json`; the rest is in the folders of the runs. */
const recordSchema = experimentRecordSchema
  .pick({ splits: true, tried: true, chosen: true })
  .extend({ request: z.object(evidenceSchema.shape.request.shape) });

/** Digits of what was measured: more than any difference between two runs. */
const DIGITS = 6;

/**
 * Summarises the experiment in a folder that `compare` wrote, whether it has ended or not. The folder is only read.
 *
 * @throws AdarandError `run.not-a-run`, `run.damaged`, `report.nothing` where no run has ended, `report.mixed`.
 */
export async function evidenceOf(name: string, path: string): Promise<Evidence> {
  const { runs } = await gatherEvidence([path], undefined);
  const file = join(path, 'experiment.json');
  const { request, splits, tried, chosen } = parseStored(recordSchema, await readFile(file, 'utf8'), file);
  const finished = runs.filter(isFinished);
  const machines = unique(finished.map(machineOf));
  const evidence = {
    format: 1,
    name,
    request,
    measures: measureNames,
    networks: unique(finished.map(networkOf)),
    machines,
    images: splits.flatMap(({ dataset, fraction, seed, train, val, test, fingerprint }) => {
      const run = finished.find(({ place }) => place.dataset === dataset);
      if (run === undefined) return [];
      const classes = run.record.data.classes.length;
      return [{ dataset, fraction, seed, classes, train, val, test, fingerprint }];
    }),
    searches: searchesOf(tried, chosen),
    runs: runs.map((run) => findingOf(run, machines)),
  };
  return evidenceSchema.parse(evidence);
}

type Stored = ReturnType<typeof recordSchema.parse>;

function searchesOf(tried: Stored['tried'], chosen: Stored['chosen']): Evidence['searches'] {
  const cellOf = ({
    dataset,
    model,
    method,
    fraction,
  }: Stored['tried'][number] | Stored['chosen'][number]) => ({
    dataset,
    model,
    method,
    fraction,
  });
  const isSame = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);
  return unique(tried.map(cellOf)).map((cell) => ({
    ...cell,
    chosen: chosen.find((one) => isSame(cellOf(one), cell))?.configuration ?? null,
    tried: tried
      .filter((one) => isSame(cellOf(one), cell))
      .map((one) => ({
        configuration: one.configuration,
        learning_rate: one.learning_rate,
        lambda: one.lambda,
        val_accuracy: one.status === 'finished' ? rounded(one.val_accuracy) : null,
      })),
  }));
}

function findingOf(run: RunEvidence, machines: readonly Evidence['machines'][number][]): RunFinding {
  const { place } = run;
  if (!isFinished(run))
    return run.status === 'failed'
      ? { ...place, status: 'failed', why: run.why }
      : { ...place, status: 'unfinished' };
  const { summary, record } = run;
  const machine = JSON.stringify(machineOf(run));
  const epochs = run.epochs.filter(({ epoch }) => epoch > 0);
  return {
    ...place,
    status: 'finished',
    test_right: summary.test_accuracy === null ? null : rightOf(summary.test_accuracy, summary.test_images),
    val_accuracy: summary.val_accuracy === null ? null : rounded(summary.val_accuracy),
    best_epoch: summary.best_epoch,
    epochs: summary.epochs,
    lambda: summary.lambda,
    effective_lambda: rounded(summary.effective_lambda),
    learning_rate: summary.learning_rate,
    seconds_per_epoch: summary.seconds_per_epoch === null ? null : rounded(summary.seconds_per_epoch),
    training_seconds_per_epoch: trainingSeconds(epochs),
    peak_memory_bytes: summary.peak_memory_bytes,
    machine: machines.findIndex((one) => JSON.stringify(one) === machine),
    date: record.started.slice(0, 10),
    first: epochOf(epochs[0]),
    last: epochOf(epochs.at(-1)),
  };
}

/** How many answers are right is a whole number, which says an accuracy without rounding. */
function rightOf(accuracy: number, images: number): number {
  const right = Math.round(accuracy * images);
  invariant(Math.abs(accuracy * images - right) < 1e-6, `an accuracy of ${accuracy} on ${images} images`);
  return right;
}

function epochOf(line: EpochMetrics | undefined): EpochFinding | null {
  if (line === undefined) return null;
  const { epoch, metrics } = line;
  const splitOf = (split: 'train' | 'val') => {
    const values = measureNames.map((name) => numberOf(metrics[`${split}_${name}`]));
    return values.every((value) => value === null) ? null : values;
  };
  return {
    epoch,
    head_gradient_norm: numberOf(metrics.head_gradient_norm),
    train: splitOf('train'),
    val: splitOf('val'),
  };
}

/** Of what is an epoch's line the time of: training, validation, diagnostics, the checkpoint before. */
function trainingSeconds(epochs: readonly EpochMetrics[]): number | null {
  const seconds = epochs.flatMap(({ metrics }) => {
    const all = numberOf(metrics.seconds);
    if (all === null) return [];
    return [all - (numberOf(metrics.validation_seconds) ?? 0) - (numberOf(metrics.diagnostics_seconds) ?? 0)];
  });
  return seconds.length === 0 ? null : rounded(median(seconds));
}

function machineOf({ record }: FinishedRun): Evidence['machines'][number] {
  return { ...record.machine, threads: record.threads };
}

function networkOf({ record: { model } }: FinishedRun): Evidence['networks'][number] {
  const { name, fingerprint, featureSize } = model;
  return { name, fingerprint, feature_size: featureSize };
}

function unique<T extends object>(items: readonly T[]): T[] {
  return Array.from(new Map(items.map((item) => [JSON.stringify(item), item])).values());
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? rounded(value) : null;
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
