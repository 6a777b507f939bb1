import { z } from 'zod';
import type { Device } from '../../src/graph/device.js';
import { runLines } from './run-lines.js';

const trainedSchema = z.strictObject({
  name: z.string(),
  /** How far the losses of a few steps are from those on the CPU, relative to the largest. */
  losses: z.number(),
  /** The same of each tensor that was trained or averaged; the largest. */
  state: z.number(),
});

/** A network that was trained on a device and on the CPU. */
export type Trained = z.infer<typeof trainedSchema>;

/** Trains small networks, a ResNet for small images, one as for large images and a ViT, in a process of its own. */
export async function runTraining(device: Device, environment: NodeJS.ProcessEnv = {}): Promise<Trained[]> {
  const { lines, died } = await runLines('test/helpers/training-runner', [device], environment);
  if (died !== undefined) throw new Error(died);
  return lines.map((line) => trainedSchema.parse(line));
}
