import { stepBytes, stepSizeOf } from '../../training/step-memory.js';
import type { StepMemory } from '../options/fitting-batch.js';
import type { GroupRate } from './group-rates.js';
import type { RunInputs } from './run-inputs.js';

export async function stepMemory(
  { network, compile: { driver, device } }: Pick<RunInputs, 'network' | 'compile'>,
  groups: readonly GroupRate[],
): Promise<StepMemory> {
  const trained = groups.filter(({ factor }) => factor !== undefined).flatMap(({ parameters }) => parameters);
  const size = stepSizeOf(network, new Set(trained));
  return { bytesOf: (images) => stepBytes(size, images), limit: await driver.memoryLimit(device) };
}
