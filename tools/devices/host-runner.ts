/**
 * Finds the operators that a device has no kernel for: `node host-runner.js DEVICE`. Prints a line of JSON for each, `true`
 * where ONNX Runtime would compute a part of a sample on the CPU.
 */
import * as ort from 'onnxruntime-node';
import { devices } from '../../src/graph/device.js';
import { writeOnnx } from '../../src/graph/onnx/write.js';
import type { Operator } from '../../src/graph/operator.js';
import { operators } from '../../src/graph/operators/index.js';
import { simplify } from '../../src/graph/simplify.js';
import type { DType } from '../../src/graph/tensor.js';
import { lower } from '../../src/lowering/lower.js';
import { sampleGraph } from '../../test/helpers/sample-graph.js';

const device = devices.find((each) => each === process.argv[2]);
if (device === undefined || device === 'wasm') throw new Error('of onnxruntime-node only');
for (const operator of operators) console.log(JSON.stringify(await needsHost(operator, device)));
// Native threads are not waited for.
process.exit(0);

async function needsHost(operator: Operator, device: 'cpu' | 'webgpu' | 'cuda'): Promise<boolean> {
  for (const [index, sample] of operator.samples.entries()) {
    if (!sample.inputs.every(isOnDevice)) continue;
    const { outputs } = sampleGraph({ operator, sample, index });
    const final = simplify(lower(outputs.filter(isOnDevice), { device }));
    const named = new Map(final.map((value, i) => [`output${i}`, value]));
    try {
      const session = await ort.InferenceSession.create(writeOnnx({ outputs: named }, device), {
        executionProviders: [device],
        logSeverityLevel: 4,
        extra: { session: { disable_cpu_ep_fallback: '1' } },
      });
      await session.release();
    } catch (error) {
      if (error instanceof Error && /fallback to CPU EP has been explicitly disabled/.test(error.message))
        return true;
      throw error;
    }
  }
  return false;
}

/** Whole numbers of 64 and of 8 bits are computed with on the CPU; a step has next to none. */
function isOnDevice({ dtype = 'float32' }: { readonly dtype?: DType }): boolean {
  return dtype === 'float32' || dtype === 'bool' || dtype === 'int32';
}
