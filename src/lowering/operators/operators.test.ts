import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawnInputs } from '../../../test/helpers/drawn-inputs.js';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { worstError } from '../../../test/helpers/samples.js';
import { gradients } from '../../autodiff/gradients.js';
import { at } from '../../errors.js';
import { interpret } from '../../graph/interpret.js';
import type { Operator } from '../../graph/operator.js';
import { reduceSum, reshape } from '../../graph/ops.js';
import { apply, type Value } from '../../graph/value.js';
import { nodeDriver } from '../../runtime/node.js';
import { blockChannels } from './block-channels.js';
import { gemm } from './gemm.js';
import { loweringOperators } from './index.js';
import { unblockChannels } from './unblock-channels.js';

const operators: readonly Operator[] = loweringOperators;
const block = await nodeDriver.channelBlock('cpu');

for (const operator of operators)
  describe(operator.name, () => {
    assert.ok(operator.samples.length > 0, `${operator.name} has no samples`);
    for (const { inputs, attributes } of operator.samples) {
      const described = `${inputs.map(({ shape }) => `[${shape}]`).join(' ')} ${JSON.stringify(attributes)}`;
      const applied = () => {
        const drawn = drawnInputs(inputs.map(({ shape }) => shape));
        return { ...drawn, outputs: apply(operator, drawn.values, attributes) };
      };

      const runs = attributes.block === undefined || attributes.block === block;
      const skip = runs ? false : `blocks have ${block ?? 'no'} channels here`;
      test(`by ONNX Runtime against the definition: ${described}`, { skip }, async () => {
        const { outputs, numbers, tensors } = applied();
        const expected = interpret(outputs, numbers);
        (await runGraph(nodeDriver, 'cpu', outputs, tensors)).forEach((tensor, i) => {
          const error = worstError(tensor.data, at(expected, i));
          assert.ok(error < 2e-6, `relative error ${error}`);
        });
      });

      test(`is not differentiated: ${described}`, () => {
        const { outputs, values } = applied();
        const loss = reshape(reduceSum(at(outputs, 0)), []);
        for (const value of values)
          assert.throws(() => gradients(loss, [value]), { code: 'graph.no-gradient' });
      });
    }
  });

test('blocks of channels lie pixel by pixel', () => {
  // [1,4,1,2] holds 2c + p for pixel p of channel c; in blocks of two: channels 0 and 1 of pixel 0, then of pixel 1.
  const { x, numbers } = drawnInputs([[1, 4, 1, 2]]);
  const counting = new Map(
    [...numbers.keys()].map((name) => [name, Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7)]),
  );
  const valuesOf = (value: Value) => [...at(interpret([value], counting), 0)];
  assert.deepEqual(valuesOf(blockChannels(x(0), 2)), [0, 2, 1, 3, 4, 6, 5, 7]);
  assert.deepEqual(valuesOf(unblockChannels(blockChannels(x(0), 2), 2)), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test('Gemm adds one number to each column', () => {
  const { x } = drawnInputs([[2, 3], [3, 4], [3], [2, 4]]);
  const plain = { transposeA: false, transposeB: false };
  for (const row of [x(2), x(3)]) assert.throws(() => gemm(x(0), x(1), row, plain), { code: 'graph.shape' });
});
