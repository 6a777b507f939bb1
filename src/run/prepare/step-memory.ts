import { optimizers } from '../../optimizers/index.js';
import { stepBytes, stepSizeOf } from '../../training/step-memory.js';
import type { StepMemory } from '../options/fitting-batch.js';
import type { RunOptions } from '../options/train-options.js';
import type { GroupRate } from './group-rates.js';
import type { RunInputs } from './run-inputs.js';

export async function stepMemory(
  { network, compile: { driver, device } }: Pick<RunInputs, 'network' | 'compile'>,
  groups: readonly GroupRate[],
  optimizer: RunOptions['optimizer'],
): Promise<StepMemory> {
  const trained = groups.filter(({ factor }) => factor !== undefined).flatMap(({ parameters }) => parameters);
  const size = stepSizeOf(network, new Set(trained));
  const { slots } = optimizers[optimizer]();
  return {
    bytesOf: (images) => stepBytes(size, slots.length, images),
    limit: await driver.memoryLimit(device),
  };
}
