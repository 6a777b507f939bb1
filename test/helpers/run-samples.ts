import { z } from 'zod';
import type { Device } from '../../src/graph/device.js';
import { runLines } from './run-lines.js';

const rangeResultSchema = z.union([
  /** The largest relative error of each sample, values and gradients; null where it is infinite. */
  z.strictObject({ errors: z.array(z.number().nullable()) }),
  z.strictObject({ failed: z.string() }),
]);

/** What came of samples that were run together. */
export type RangeResult = z.infer<typeof rangeResultSchema>;

/** From one sample of `sampleCases` up to another. */
export type Range = readonly [from: number, to: number];

/**
 * Runs samples on a device in a process of its own, each range as one graph. A process that dies has failed where it was, and
 * another one goes on after that.
 */
export async function runSamples(
  device: Device,
  ranges: readonly Range[],
  environment: NodeJS.ProcessEnv = {},
): Promise<RangeResult[]> {
  const results: RangeResult[] = [];
  while (results.length < ranges.length) {
    const rest = ranges.slice(results.length).map(([from, to]) => `${from}-${to}`);
    const { lines, died } = await runLines('test/helpers/sample-runner', [device, ...rest], environment);
    results.push(...lines.map((line) => rangeResultSchema.parse(line)));
    if (died === undefined) continue;
    // Where all that it was asked for is there, it died after the last.
    if (results.length === ranges.length) results.pop();
    results.push({ failed: died });
  }
  return results;
}
