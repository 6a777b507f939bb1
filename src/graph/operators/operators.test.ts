import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { runGraph } from '../../../test/helpers/run-graph.js';
import {
  describeSample,
  KERNEL_TOLERANCE,
  type SampleGraph,
  sampleGraph,
} from '../../../test/helpers/sample-graph.js';
import { toTensor, worstError } from '../../../test/helpers/samples.js';
import { nodeDriver } from '../../runtime/node.js';
import { webDriver } from '../../runtime/web.js';
import { interpret } from '../interpret.js';
import type { Value } from '../value.js';
import { operators } from './index.js';

/** Central differences in double precision: the truncation error is about h^2, rounding about 1e-16 / h. */
const STEP = 1e-5;
const GRADIENT_TOLERANCE = 1e-7;

for (const operator of operators)
  describe(operator.name, () => {
    it('has samples', () => assert.ok(operator.samples.length > 0));

    operator.samples.forEach((sample, index) => {
      const each = { operator, sample, index };
      const described = describeSample(each);

      it(`${operator.name}: gradient against central differences: ${described}`, () => {
        const graph = sampleGraph(each);
        for (const { value, gradient } of graph.derived) {
          const [analytic] = interpret([gradient], graph.feeds);
          const error = worstError(centralDifferences(graph, value), analytic ?? []);
          assert.ok(error < GRADIENT_TOLERANCE, `relative error ${error}`);
        }
      });

      for (const [driver, device] of [
        [nodeDriver, 'cpu'],
        [webDriver, 'wasm'],
      ] as const)
        it(`${operator.name}: ${driver.name} against the definition: ${described}`, async () => {
          const graph = sampleGraph(each);
          const outputs = [...graph.outputs, ...graph.derived.map(({ gradient }) => gradient)];
          const expected = interpret(outputs, graph.feeds);
          const feeds = new Map(graph.inputs.map(({ name, value, data }) => [name, toTensor(value, data)]));
          const actual = await runGraph(driver, device, outputs, feeds);
          actual.forEach((tensor, i) => {
            const error = worstError(tensor.data, expected[i] ?? []);
            assert.ok(error < KERNEL_TOLERANCE, `output ${i}: relative error ${error}`);
          });
        });
    });
  });

test('gradients are refused only of what gradients are made with', () => {
  const refusing = operators.filter((operator) =>
    operator.samples.some((sample, index) => {
      const { inputs, derived } = sampleGraph({ operator, sample, index });
      return derived.length < inputs.filter(({ value }) => value.dtype === 'float32').length;
    }),
  );
  assert.deepEqual(
    refusing.map(({ name }) => name),
    ['ScatterAdd', 'BatchNormGradient', 'GatherGradient', 'GeluGradient', 'MaxPoolGradient'],
  );
});

function centralDifferences({ loss, feeds, inputs }: SampleGraph, value: Value): Float64Array {
  const entry = inputs.find((candidate) => candidate.value === value);
  assert.ok(entry !== undefined);
  const lossAt = (data: Float64Array) =>
    interpret([loss], new Map(feeds).set(entry.name, data))[0]?.[0] ?? Number.NaN;
  return entry.data.map((element, i) => {
    const above = lossAt(entry.data.with(i, element + STEP));
    const below = lossAt(entry.data.with(i, element - STEP));
    return (above - below) / (2 * STEP);
  });
}
