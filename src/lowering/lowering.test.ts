import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { loweringCases } from '../../test/helpers/lowering-cases.js';
import { runGraph } from '../../test/helpers/run-graph.js';
import { worstError } from '../../test/helpers/samples.js';
import { interpret } from '../graph/interpret.js';
import { nodeDriver } from '../runtime/node.js';
import { webDriver } from '../runtime/web.js';

for (const [driver, device] of [
  [nodeDriver, 'cpu'],
  [webDriver, 'wasm'],
] as const)
  describe(`lowered for ${device} and run, against the definitions`, () => {
    for (const { name, shapes, build } of loweringCases)
      test(name, async () => {
        const { x, numbers, tensors } = drawnInputs(shapes);
        const outputs = build(x);
        const expected = interpret(outputs, numbers);
        const actual = await runGraph(driver, device, outputs, tensors);
        actual.forEach((tensor, i) => {
          const error = worstError(tensor.data, expected[i] ?? []);
          assert.ok(error < 1e-5, `output ${i}: relative error ${error}`);
        });
      });
  });
