/** Runs for reports, as their folders would be, without training. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from '../../src/experiments/compare/record.js';
import type { FinishedRun, LostRun, RunEvidence } from '../../src/experiments/report/evidence/evidence.js';
import { diagnosticsSchema } from '../../src/run/folder/diagnostics-record.js';
import { recordSchema, summarySchema } from '../../src/run/folder/record.js';
import { parseOptions } from '../../src/run/options/parse-options.js';
import { trainOptionsSchema } from '../../src/run/options/train-options.js';

export interface Recorded extends Partial<Place> {
  /** From 0 to 1; null: not tested. */
  readonly accuracy: number | null;
  readonly testImages?: number;
  /** 0 for the linear probe that a run begins with; 1 unless given. */
  readonly bestEpoch?: number;
  /** Options of `train`. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly methodOptions?: Readonly<Record<string, unknown>>;
  readonly secondsPerEpoch?: number;
  readonly memory?: number | null;
  /** Metrics of each epoch from 1 on, by name. */
  readonly metrics?: Readonly<Record<string, readonly number[]>>;
  readonly classes?: readonly string[];
  /** Of the test images. */
  readonly entropy?: number;
}

/** A run that has ended; what is not given is as of any other. */
export function recordedRun(given: Recorded): FinishedRun {
  const { dataset = 'flowers', model = 'sample', method = 'fine-tuning', fraction = 1, seed = 0 } = given;
  const { accuracy, testImages = 1000, secondsPerEpoch = 2, memory = 2e8, metrics = {} } = given;
  const { classes = ['a', 'b', 'c'], methodOptions = {} } = given;
  const path = `runs/${dataset}-${model}-${method.replaceAll(/\W+/g, '-')}-${fraction}-${seed}`;
  const options = parseOptions(trainOptionsSchema, {
    data: `/data/${dataset}`,
    model,
    method: method.split('(')[0],
    methodOptions,
    trainFraction: fraction,
    seed,
    threads: 1,
    ...given.options,
  });
  const record = recordSchema.parse({
    format: 1,
    started: '2026-01-01T00:00:00.000Z',
    options: { ...options, epochs: options.epochs ?? 4, optimizer: options.optimizer ?? 'sgd' },
    settings: {
      batchSize: 4,
      evalBatchSize: 4,
      learningRate: 0.01,
      weightDecay: 0,
      augment: 'crop',
      methodOptions,
      lambda: 1,
      effectiveLambda: 1,
      lambdaScales: null,
      featureMeanSquare: null,
    },
    data: {
      name: dataset,
      fingerprint: `${dataset} ${fraction} ${seed}`,
      classes,
      train: Math.round(100 * fraction),
      val: 20,
      test: testImages,
    },
    source: null,
    model: {
      name: model,
      modelType: 'cifar_resnet',
      fingerprint: 'f',
      parameters: 100,
      featureSize: 8,
      preprocessing: { imageSize: 16, resizeSize: 16, mean: [0, 0, 0], std: [1, 1, 1] },
      licences: ['mit'],
    },
    methodFile: null,
    threads: 1,
    machine: {
      platform: 'linux x64',
      cpu: 'a processor',
      cores: 2,
      memoryBytes: 8e9,
      node: '20.9.0',
      versions: { adarand: '0.1.0' },
    },
  });
  const summary = summarySchema.parse({
    run: path,
    test_accuracy: accuracy,
    test_interval: accuracy === null ? null : [accuracy, accuracy],
    test_loss: accuracy === null ? null : 1,
    test_images: testImages,
    diagnostics: given.entropy === undefined ? null : diagnosticsOf(given.entropy),
    val_accuracy: 0.5,
    val_loss: 1,
    val_images: 20,
    train_images: Math.round(100 * fraction),
    best_epoch: given.bestEpoch ?? 1,
    epochs: 4,
    steps: 100,
    seconds_per_epoch: secondsPerEpoch,
    peak_memory_bytes: memory,
    parameters: 100,
    classes: classes.length,
    model,
    method: options.method,
    lambda: 1,
    lambda_unit: 'relative',
    effective_lambda: 1,
    lambda_scales: null,
    feature_mean_square: null,
    learning_rate: 0.01,
    batch_size: 4,
    image_size: 16,
    seed,
  });
  const length = Math.max(0, ...Object.values(metrics).map((values) => values.length));
  const epochs = Array.from({ length }, (_, i) => ({
    epoch: i + 1,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, values]) => [name, values[i]])),
  }));
  return {
    status: 'finished',
    place: { dataset, model, method, fraction, seed },
    path,
    record,
    summary,
    epochs,
  };
}

/** Of which the entropy alone is defined. */
function diagnosticsOf(entropy: number) {
  const names = Object.keys(diagnosticsSchema.shape);
  return { ...Object.fromEntries(names.map((name) => [name, null])), entropy, classes: [] };
}

/** A run that failed, or has not ended. */
export function lostRun(place: Partial<Place>, status: LostRun['status'] = 'failed'): LostRun {
  const whole = {
    dataset: 'flowers',
    model: 'sample',
    method: 'fine-tuning',
    fraction: 1,
    seed: 0,
    ...place,
  };
  return { status, place: whole, path: `runs/${JSON.stringify(whole)}`, why: 'the loss became infinite' };
}

/** A method's runs with seeds 0, 1, ... and these accuracies. */
export function seeds(
  accuracies: readonly number[],
  given: Omit<Recorded, 'accuracy' | 'seed'>,
): FinishedRun[] {
  return accuracies.map((accuracy, seed) => recordedRun({ ...given, accuracy, seed }));
}

/** Writes the folder of each run, under `folder`. */
export async function writeRuns(folder: string, runs: readonly FinishedRun[]): Promise<string[]> {
  for (const { path, record, summary, epochs } of runs) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'run.json'), JSON.stringify(record));
    await writeFile(join(folder, path, 'summary.json'), JSON.stringify(summary));
    const lines = epochs.map(({ epoch, metrics }) =>
      JSON.stringify({ type: 'epoch', epoch, step: 10 * epoch, ...metrics }),
    );
    await writeFile(join(folder, path, 'metrics.jsonl'), lines.map((line) => `${line}\n`).join(''));
  }
  return runs.map(({ path }) => path);
}

/** Writes an experiment of these runs into `folder`. */
export async function writeExperiment(folder: string, runs: readonly RunEvidence[]): Promise<void> {
  await writeRuns(
    folder,
    runs.filter((run) => run.status === 'finished'),
  );
  const entries = runs.map((run) => {
    const planned = { ...run.place, run: run.path };
    if (run.status === 'finished') return { ...planned, status: 'finished', seconds: 1 };
    if (run.status === 'unfinished') return { ...planned, status: 'planned' };
    return {
      ...planned,
      status: 'failed',
      seconds: 1,
      error: { code: 'training.diverged', message: run.why },
    };
  });
  await writeFile(
    join(folder, 'experiment.json'),
    JSON.stringify({ version: 1, request: {}, runs: entries, seconds: 1 }),
  );
}
