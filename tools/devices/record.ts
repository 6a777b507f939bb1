import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Device } from '../../src/graph/device.js';
import type { Operator } from '../../src/graph/operator.js';
import { apply, input, topologicalOrder } from '../../src/graph/value.js';
import { lower } from '../../src/lowering/lower.js';
import { packageFolder } from '../../src/package.js';

/** `npm run results:devices` writes it, after it ran what it says. */
export const recordPath = join(packageFolder(), 'tools/docs/operator-devices.json');

const waySchema = z.enum(['native', 'lowered', 'host']);

/**
 * How a device computes an operator: by a kernel for it, by other operators, or not at all, so that ONNX Runtime computes it
 * on the CPU in between.
 */
export type Way = z.infer<typeof waySchema>;

const waysSchema = z.partialRecord(z.enum(['cpu', 'wasm', 'webgpu', 'cuda']), waySchema);

const recordSchema = z.strictObject({
  /** The version that computed it. */
  onnxruntime: z.string(),
  /** By the operators' names. */
  operators: z.record(z.string(), waysSchema),
});

export type DeviceRecord = z.infer<typeof recordSchema>;

export function readRecord(): DeviceRecord {
  return recordSchema.parse(JSON.parse(readFileSync(recordPath, 'utf8')));
}

/** Whether an operator's samples are of other operators once they are lowered for a device (without a blocked layout). */
export function isLowered(operator: Operator, device: Device): boolean {
  return operator.samples.some((sample) => {
    const inputs = sample.inputs.map(({ dtype = 'float32', shape }, i) =>
      input(`input${i}`, { dtype, shape }),
    );
    const nodes = topologicalOrder(lower(apply(operator, inputs, sample.attributes), { device }));
    return nodes.some((node) => node.operator.name !== operator.name);
  });
}
