import type { z } from 'zod';
import { wilsonInterval } from '../../analysis/statistics.js';
import { type Dataset, evalBatches, ImageCache, openDataset } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import { printableName } from '../../printable.js';
import { argMax } from '../../training/evaluation.js';
import { logSumExp } from '../../training/log-sum-exp.js';
import { compileOptionsFor } from '../device/compile-options.js';
import { type RunHost, throwIfStopped, watched } from '../events.js';
import { fingerprintDataset } from '../folder/fingerprint.js';
import type { RunRecord } from '../folder/record.js';
import type { EvaluationReport, evaluateOptionsSchema } from '../operations/evaluate.js';
import { didYouMean } from '../options/did-you-mean.js';

import { compileRunModel, howToBeFinite, openRunModel } from './run-model.js';

type Options = z.output<typeof evaluateOptionsSchema>;

/**
 * Evaluates a finished run on labelled images. Classes are matched by name; DATA may lack some, and splits.
 *
 * @throws AdarandError `evaluate.unknown-class`, `evaluate.no-images`, `evaluate.not-finite`, or as `openRunModel` and `openDataset` do.
 */
export async function evaluateRun(options: Options, host: RunHost): Promise<EvaluationReport> {
  const { run, data, device, threads, split: wanted } = options;
  const model = await openRunModel(run);
  const { imageSize, resizeSize } = model.network.preprocessing;
  const cache = new ImageCache({ imageSize });
  const dataset = await openForEvaluation(data, model.record, cache, host);
  host.emit({ type: 'data', lines: dataset.report.damaged.map(damage), report: dataset.report });
  const { split, images } = await choose(dataset, model.record, wanted);
  if (images.length === 0)
    throw new AdarandError(
      'evaluate.no-images',
      `${data} has no images to evaluate in its ${split} split`,
      'Choose another --split.',
    );
  const labels = matchClasses(dataset.classes, model.head.classes, data);
  const relabelled = images.map(({ image, label }) => ({ image, label: at(labels, label) }));

  host.emit({ type: 'phase', phase: 'evaluate' });
  const batchSize = Math.min(32, images.length);
  const { state, evaluator } = await compileRunModel(
    model,
    batchSize,
    await compileOptionsFor(device, threads),
  );
  const tally = new Tally(model.head.classes);
  const batches = evalBatches(relabelled, { batchSize, imageSize, resizeSize, cache });
  const progress = { phase: 'evaluate', total: Math.ceil(images.length / batchSize) } as const;
  try {
    await evaluator.forEach(state, watched(batches, host, progress), ({ logits, label }) =>
      tally.add(logits, label),
    );
  } finally {
    await evaluator.release();
  }
  if (tally.notFinite > 0)
    throw new AdarandError(
      'evaluate.not-finite',
      `the network's outputs for ${tally.notFinite} of ${images.length} images are not finite`,
      howToBeFinite,
    );
  return { run, data, split, ...tally.report() };
}

/** The same cuts as the run made, so that the same folder gives the same test images. */
function openForEvaluation(
  data: string,
  { options }: RunRecord,
  cache: ImageCache,
  host: RunHost,
): Promise<Dataset> {
  host.emit({ type: 'phase', phase: 'data' });
  const { seed, trainFraction, valFraction, testFraction } = options;
  return openDataset(data, {
    seed,
    trainFraction,
    valFraction,
    testFraction,
    partial: true,
    cache,
    onProgress(done, total) {
      throwIfStopped(host);
      host.emit({ type: 'progress', phase: 'data', done, total });
    },
  });
}

async function choose(dataset: Dataset, record: RunRecord, wanted: Options['split']) {
  const { train, val, test } = dataset;
  const own = !dataset.report.cutFromTrain.includes('test');
  const split =
    wanted ?? (own || (await fingerprintDataset(dataset)) === record.data.fingerprint ? 'test' : 'all');
  const images = split === 'all' ? [...train.images, ...val.images, ...test.images] : dataset[split].images;
  return { split, images };
}

/** For each of DATA's classes, its index among the run's. */
function matchClasses(names: readonly string[], known: readonly string[], data: string): number[] {
  return names.map((name) => {
    const index = known.indexOf(name);
    if (index >= 0) return index;
    throw new AdarandError(
      'evaluate.unknown-class',
      `${data} has a class "${name}" that the run was not trained on.${didYouMean(name, known)}`,
      `The run's classes: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', ...' : ''}.`,
    );
  });
}

function damage({ path, reason }: { readonly path: string; readonly reason: string }): string {
  return `skipped ${printableName(path)}: ${reason}`;
}

/** Counts results by true and predicted class. */
class Tally {
  readonly #classes: readonly string[];
  readonly #counts: Int32Array;
  #loss = 0;
  #notFinite = 0;

  constructor(classes: readonly string[]) {
    this.#classes = classes;
    this.#counts = new Int32Array(classes.length ** 2);
  }

  /** Images that cannot be counted as right or wrong. */
  get notFinite(): number {
    return this.#notFinite;
  }

  add(logits: Float32Array, label: number): void {
    if (!logits.every(Number.isFinite)) {
      this.#notFinite += 1;
      return;
    }
    const cell = label * this.#classes.length + argMax(logits);
    this.#counts[cell] = at(this.#counts, cell) + 1;
    this.#loss += logSumExp(logits) - at(logits, label);
  }

  report() {
    const K = this.#classes.length;
    const rows = this.#classes.map((name, label) => {
      const row = this.#counts.subarray(label * K, (label + 1) * K);
      const images = row.reduce((a, b) => a + b, 0);
      return { name, row, images, correct: at(row, label) };
    });
    const present = rows.filter(({ images }) => images > 0);
    const images = present.reduce((sum, row) => sum + row.images, 0);
    const correct = present.reduce((sum, row) => sum + row.correct, 0);
    const { low, high } = wilsonInterval(correct, images);
    const classes = present.map((row) => ({ ...row, accuracy: row.correct / row.images }));
    const confusions = rows.flatMap(({ name, row }, label) =>
      Array.from(row, (count, predicted) => ({
        truth: name,
        predicted: at(this.#classes, predicted),
        images: predicted === label ? 0 : count,
      })).filter((pair) => pair.images > 0),
    );
    confusions.sort((a, b) => b.images - a.images);
    return {
      images,
      accuracy: correct / images,
      interval: [low, high] satisfies EvaluationReport['interval'],
      balanced_accuracy: classes.reduce((sum, { accuracy }) => sum + accuracy, 0) / classes.length,
      loss: this.#loss / images,
      classes: classes.map(({ name, images, accuracy }) => ({ name, images, accuracy })),
      confusions: confusions.slice(0, 10),
    };
  }
}
