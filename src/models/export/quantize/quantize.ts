import { at, invariant } from '../../../errors.js';
import { joined } from '../../../graph/onnx/serialize.js';
import { input } from '../../../graph/value.js';
import type { CompileOptions } from '../../../runtime/program.js';
import type { PixelBatch } from '../../../training/feeds.js';
import {
  type ClassifierGraph,
  classifierGraph,
  type ExportedModel,
  PIXEL_VALUES,
} from '../classifier-graph.js';
import { halved, isHalvedInGraph } from '../halving.js';
import type { HalvedSizes } from '../halving-weights.js';
import { classifierPieces } from '../onnx.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import { levelsOf } from './levels.js';
import { foldBias } from './linear.js';
import { planOf } from './plan.js';
import { rangesOf } from './ranges.js';
import { quantized } from './rewrite.js';
import { withImages } from './with-images.js';

/**
 * A classifier, for images of the network's size, whose convolutions and linear layers are computed with 8-bit numbers.
 * The ranges of what enters them are measured on batches of `TRACED_IMAGES` images.
 *
 * @throws AdarandError `export.not-finite`, or as `classifierGraph` and `Program.compile` do.
 */
export async function quantizeClassifier(
  model: ExportedModel,
  batches: AsyncIterable<PixelBatch>,
  compile: CompileOptions,
): Promise<ClassifierGraph> {
  const { preprocessing } = model.network;
  const { logits, features, stored } = classifierGraph(model, { halve: false });
  const outputs = foldBias(foldBatchNorm([logits, features]));
  const plan = planOf(outputs);
  invariant(plan.layers.size > 0, 'the head is a layer');
  const values = [...new Set(plan.rounded.values())];
  const ranges = await rangesOf({ values, stored, preprocessing }, batches, compile);
  const levels = new Map(values.map((value, i) => [value, levelsOf(at(ranges, i))]));
  const results = quantized(outputs, plan, levels, stored);
  return { logits: at(results, 0), features: at(results, 1), stored };
}

/** A quantized classifier as a file that takes what the one of `exportOnnx` beside it takes. */
export function quantizedFile({ logits, features, stored }: ClassifierGraph, sizes: HalvedSizes): Uint8Array {
  if (!isHalvedInGraph(sizes.imageSize)) return joined(classifierPieces({ logits, features, stored }));
  const size = 2 * sizes.imageSize;
  const images = input(PIXEL_VALUES, { dtype: 'float32', shape: [at(logits.shape, 0), 3, size, size] });
  const results = withImages([logits, features], halved(images, sizes));
  return joined(classifierPieces({ logits: at(results, 0), features: at(results, 1), stored }));
}
