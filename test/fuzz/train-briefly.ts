import { at } from '../../src/errors.js';
import { floatsOf } from '../../src/graph/tensor.js';
import { fineTuning } from '../../src/methods/fine-tuning.js';
import { exportOnnx } from '../../src/models/export/onnx.js';
import type { Network } from '../../src/nn/network.js';
import { adamw } from '../../src/optimizers/adam.js';
import { constant } from '../../src/optimizers/schedules.js';
import type { Driver } from '../../src/runtime/driver.js';
import { nodeDriver } from '../../src/runtime/node.js';
import { newHead } from '../../src/training/new-head.js';
import { sameRates } from '../../src/training/rate-factors.js';
import { buildStep } from '../../src/training/step-graph.js';
import { Stepper } from '../../src/training/stepper.js';

/** A step takes up to several times its bound. */
const driver: Driver = { ...nodeDriver, memoryLimit: async () => 2 ** 26 };

/** Exports a network, and trains it for one step: what a run does with it. The step's loss. */
export async function trainBriefly(network: Network): Promise<number> {
  const sizes = { batchSize: 2, imageSize: network.preprocessing.imageSize, classes: 3, accumulate: 1 };
  const graph = buildStep({
    ...sizes,
    network,
    head: newHead(network.featureSize, sizes.classes, 1),
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    optimizer: adamw(),
    learningRate: 1e-3,
    schedule: constant,
    weightDecay: 0,
    rateFactors: sameRates(network),
    emaDecay: 0.9,
    batchNorm: 'train',
  });
  const stepper = await Stepper.compile(graph, sizes, { driver, device: 'cpu', threads: 1 });
  let loss: number;
  try {
    const { count, pixels, labels } = {
      count: 2,
      pixels: new Uint8Array(6 * sizes.imageSize ** 2),
      labels: Int32Array.of(0, 2),
    };
    const first = { batch: 0, batchesPerEpoch: 1, totalBatches: 1 };
    loss = at(floatsOf(await stepper.step({ count, pixels, labels }, first, 1), 'loss').data, 0);
  } finally {
    await stepper.release();
  }
  const { pretrainedHead } = network;
  if (pretrainedHead !== undefined) exportOnnx({ network, head: pretrainedHead });
  return loss;
}
