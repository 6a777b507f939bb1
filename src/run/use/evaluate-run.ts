import type { z } from 'zod';
import { evalBatches, ImageCache } from '../../data/index.js';
import { didYouMean } from '../../did-you-mean.js';
import { AdarandError, at } from '../../errors.js';
import { writeChunksAtomic } from '../../files/atomic.js';
import { statIfThere } from '../../files/if-there.js';
import { printableName } from '../../printable.js';
import type { Prediction } from '../../training/evaluation.js';
import { compileOptionsFor } from '../device/compile-options.js';
import { type RunHost, watched } from '../events.js';
import { readImageList } from '../folder/image-list.js';
import type { EvaluationReport, evaluateOptionsSchema } from '../operations/evaluate.js';
import { howToBeFinite } from './answer.js';
import { chooseImages, SeenImages } from './choose-images.js';
import { compileRunModel } from './compile-run-model.js';
import { openWhole } from './open-whole.js';
import { predictionRow, predictionsHeader } from './predictions-table.js';
import { openRunModel } from './run-model.js';
import { Tally } from './tally.js';

type Options = z.output<typeof evaluateOptionsSchema>;

/**
 * Evaluates a run on labelled images; see `chooseImages` for which. Classes are matched by name; DATA may
 * lack some, and splits.
 *
 * @throws AdarandError `evaluate.unknown-class`, `evaluate.no-images`, `evaluate.not-finite`, `evaluate.exists`, or as
 * `openRunModel` and `openDataset` do.
 */
export async function evaluateRun(options: Options, host: RunHost): Promise<EvaluationReport> {
  const { run, data, device, threads, predictions, tta } = options;
  if (predictions !== undefined) await checkFree(predictions);
  const model = await openRunModel(run, host);
  const { tta: own } = model.record.options;
  if (own !== tta)
    host.emit({
      type: 'remark',
      text: `the run was validated and tested with --tta ${own}; this evaluation is with --tta ${tta}`,
    });
  const known = new SeenImages(await readImageList(model.folder.images, model.record));
  const { imageSize, resizeSize } = model.network.preprocessing;
  const cache = new ImageCache({ imageSize });
  const dataset = await openWhole(data, cache, host);
  host.emit({ type: 'data', lines: dataset.report.damaged.map(damage), report: dataset.report });
  const { classes } = model.head;
  const labels = matchClasses(dataset.classes, classes, data);
  const chosen = chooseImages(dataset, known, options.split);
  const images = chosen.images.map((image) => ({ ...image, label: at(labels, image.label) }));

  host.emit({ type: 'phase', phase: 'evaluate' });
  const batchSize = Math.min(32, images.length);
  const { state, evaluator } = await compileRunModel(
    model,
    batchSize,
    await compileOptionsFor(device, threads),
  );
  const tally = new Tally(classes);
  /** Evaluates; gives the rows of the table batch by batch. */
  async function* rows(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(predictionsHeader(classes));
    const batches = evalBatches(images, { batchSize, imageSize, resizeSize, cache });
    const total = Math.ceil(images.length / batchSize);
    let next = 0;
    for await (const batch of watched(batches, host, { phase: 'evaluate', total })) {
      let text = '';
      const visit = ({ logits, label }: Prediction) => {
        tally.add(logits, label);
        const { name } = at(images, next++);
        text += predictionRow({ name, truth: at(classes, label), logits }, classes);
      };
      await evaluator.forBatch(state, batch, visit, tta);
      yield Buffer.from(text);
    }
    if (tally.notFinite > 0) throw notFinite(tally.notFinite, images.length);
  }
  try {
    if (predictions === undefined) for await (const _ of rows());
    else await writeChunksAtomic(predictions, rows());
  } finally {
    await evaluator.release();
  }
  const { split, seen, leftOut, tested, unused, others } = chosen;
  const near = Array.from(chosen.near, ([{ name }, known]) => ({ image: name, known: known.path }));
  const overlap = { ...seen, left_out: leftOut, tested, near, unused };
  return { run, data, split, tta, ...tally.report(), overlap, others };
}

async function checkFree(path: string): Promise<void> {
  if ((await statIfThere(path)) === undefined) return;
  throw new AdarandError(
    'evaluate.exists',
    `${path} exists already`,
    'Choose another file for --predictions.',
  );
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

function notFinite(count: number, images: number): AdarandError {
  const message = `the network's outputs for ${count} of ${images} images are not finite`;
  return new AdarandError('evaluate.not-finite', message, howToBeFinite);
}
