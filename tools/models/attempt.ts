import { AdarandError } from '../../src/errors.js';
import { fineTuning } from '../../src/methods/fine-tuning.js';
import type { Network } from '../../src/nn/network.js';
import { constant } from '../../src/optimizers/schedules.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { nodeDriver } from '../../src/runtime/node.js';
import { Program } from '../../src/runtime/program.js';
import { newHead } from '../../src/training/new-head.js';
import { sameRates } from '../../src/training/rate-factors.js';
import { buildStep } from '../../src/training/step-graph.js';

/** `ok`, or the stage that failed, the error's code and its message. `at` tells which stage begins. */
export async function attempt(work: (at: (stage: string) => void) => Promise<void>): Promise<string> {
  const stages = { stage: 'open' };
  try {
    await work((stage) => {
      stages.stage = stage;
    });
    return 'ok';
  } catch (error) {
    const code = error instanceof AdarandError ? error.code : 'CRASH';
    const message =
      error instanceof AdarandError ? error.message : error instanceof Error ? error.stack : String(error);
    return `${stages.stage} ${code} ${message?.slice(0, 400)}`;
  }
}

/** Compiles a training step; each of the network's tensors must get a gradient. */
export async function checkTraining(network: Network): Promise<void> {
  const step = buildStep({
    network,
    head: newHead(network.featureSize, 3, 1),
    batchSize: 3,
    imageSize: network.preprocessing.imageSize,
    classes: 3,
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    optimizer: sgd(),
    learningRate: 0.1,
    schedule: constant,
    batchNorm: 'train',
    weightDecay: 0,
    rateFactors: sameRates(network),
    accumulate: 1,
  });
  if (step.unreached.length > 0) throw new AdarandError('zoo.unreached', step.unreached.join(', '));
  const program = await Program.compile(step.update, { driver: nodeDriver, device: 'cpu' });
  await program.release();
}
