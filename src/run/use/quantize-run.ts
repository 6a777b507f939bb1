import { argMax } from '../../analysis/arg-max.js';
import { type DatasetImage, evalBatches, ImageCache } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import { percent } from '../../format-accuracy.js';
import { TRACED_IMAGES } from '../../models/export/free-batch.js';
import { classify } from '../../models/export/quantize/classify.js';
import { quantizeClassifier, quantizedFile } from '../../models/export/quantize/quantize.js';
import { compileOptionsFor } from '../device/compile-options.js';
import { type RunHost, type RunPhase, watched } from '../events.js';
import { howToBeFinite } from './answer.js';
import { Comparison } from './comparison.js';
import { compileRunModel } from './compile-run-model.js';
import { knownImages, spread } from './known-images.js';
import type { QuantizedReport } from './quantized-report.js';
import type { RunModel } from './run-model.js';

/** So many training images, spread over the classes, are what ranges are measured on. */
const MEASURED_IMAGES = 20 * TRACED_IMAGES;

export interface QuantizedRun {
  readonly file: Uint8Array;
  readonly report: QuantizedReport;
}

/**
 * A run's classifier in 8 bits, and how its answers for the validation images differ; for training images, where there
 * are no others. Test images are not looked at.
 *
 * @throws AdarandError `export.no-images`, `evaluate.not-finite`, or as `quantizeClassifier` and `openDataset` do.
 */
export async function quantizeRun(
  model: RunModel,
  data: string | undefined,
  host: RunHost,
): Promise<QuantizedRun> {
  const { preprocessing } = model.network;
  const { imageSize, resizeSize } = preprocessing;
  const cache = new ImageCache({ imageSize });
  const { train, val } = await knownImages(model, data, cache, host);
  const compile = await compileOptionsFor('cpu', undefined);
  const batchesOf = (images: readonly DatasetImage[], phase: RunPhase) => {
    host.emit({ type: 'phase', phase });
    const total = Math.ceil(images.length / TRACED_IMAGES);
    const batches = evalBatches(images, { batchSize: TRACED_IMAGES, imageSize, resizeSize, cache });
    return watched(batches, host, { phase, total });
  };
  const measured = spread(train, MEASURED_IMAGES);
  const graph = await quantizeClassifier(model, batchesOf(measured, 'quantize'), compile);

  const [split, images] = val.length > 0 ? (['val', val] as const) : (['train', measured] as const);
  const float: number[] = [];
  const { state, evaluator } = await compileRunModel(model, TRACED_IMAGES, compile);
  await evaluator
    .forEach(state, batchesOf(images, 'evaluate'), ({ logits }) => float.push(answer(logits)))
    .finally(() => evaluator.release());
  const comparison = new Comparison(model.head.classes);
  let i = 0;
  for await (const logits of classify(graph, preprocessing, batchesOf(images, 'evaluate'), compile)) {
    comparison.add({ float: at(float, i), eight: answer(logits), label: at(images, i).label });
    i += 1;
  }
  const file = quantizedFile(graph, preprocessing);
  const report = { bytes: file.length, measured_on: measured.length, split, ...comparison.report() };
  if (report.worse) host.emit({ type: 'remark', text: describeLoss(report) });
  return { file, report };
}

function describeLoss({ float_accuracy, accuracy, images, split }: QuantizedReport): string {
  const which = split === 'val' ? 'validation' : 'training';
  return (
    `the 8-bit file is right on ${percent(accuracy)} of ${images} ${which} images, the other on ${percent(float_accuracy)}: ` +
    "use onnx/model.onnx (dtype: 'fp32') where that matters"
  );
}

/** @throws AdarandError `export.no-effect`. */
export function checkQuantize({ quantize, data }: { quantize: boolean; data: string | undefined }): void {
  if (quantize || data === undefined) return;
  throw new AdarandError(
    'export.no-effect',
    `--data ${data} changes nothing without --quantize`,
    'Leave it out, or add --quantize.',
  );
}

/** The class of the largest logit. */
function answer(logits: Float32Array): number {
  if (logits.every(Number.isFinite)) return argMax(logits);
  throw new AdarandError('evaluate.not-finite', "the network's outputs are not finite", howToBeFinite);
}
