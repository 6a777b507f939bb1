import { AdarandError } from '../errors.js';
import { readSafetensors, writeSafetensors } from '../files/safetensors.js';
import { float32, type Tensor } from '../graph/tensor.js';
import type { Network } from '../nn/network.js';
import type { CompileOptions } from '../runtime/program.js';
import { State } from '../runtime/state.js';
import { newHead } from '../training/classifier.js';
import { Evaluator } from '../training/evaluation.js';
import type { PixelBatch } from '../training/feeds.js';
import { type SourceStatistics, StatisticsCollector } from '../training/statistics.js';

/** One pass of the pretrained network, in evaluation form, over batches of the training images. */
export async function collectStatistics(
  network: Network,
  batches: AsyncIterable<PixelBatch>,
  shape: { readonly batchSize: number; readonly classes: number },
  compile: CompileOptions,
): Promise<SourceStatistics> {
  const { imageSize } = network.preprocessing;
  const head = newHead(network.featureSize, shape.classes, 0); // its logits are not looked at
  const state = new State();
  for (const [name, { tensor }] of [...network.parameters, ...head]) state.add(name, tensor);
  for (const [name, tensor] of network.buffers) state.add(name, tensor);
  const evaluator = await Evaluator.compile({ network, head, imageSize, ...shape }, compile);
  const collector = new StatisticsCollector(shape.classes, network.featureSize);
  try {
    await evaluator.forEach(state, batches, ({ features, label }) => collector.add(features, [label], 1));
  } finally {
    await evaluator.release();
  }
  return collector.finish();
}

export async function saveStatistics(path: string, statistics: SourceStatistics): Promise<void> {
  const { perClass, overall, meanSquare } = statistics;
  const tensors = new Map<string, Tensor>([
    ['class_mean', perClass.mean],
    ['class_std', perClass.std],
    ['mean', overall.mean],
    ['std', overall.std],
  ]);
  await writeSafetensors(path, tensors, { mean_square: String(meanSquare) });
}

/** @throws AdarandError `run.damaged`, or as `readSafetensors` does. */
export async function loadStatistics(path: string): Promise<SourceStatistics> {
  const { tensors, metadata } = await readSafetensors(path);
  const read = (name: string): Tensor<'float32'> => {
    const tensor = tensors.get(name);
    if (tensor?.dtype === 'float32') return float32(tensor.shape, tensor.data);
    throw new AdarandError('run.damaged', `${path} has no tensor ${name}`, 'Start the run again.');
  };
  return {
    perClass: { mean: read('class_mean'), std: read('class_std') },
    overall: { mean: read('mean'), std: read('std') },
    meanSquare: Number(metadata.mean_square),
  };
}
