import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { runGraph } from '../../test/helpers/run-graph.js';
import { mul } from '../graph/ops.js';
import { type Shape, sameShape } from '../graph/tensor.js';
import { topologicalOrder } from '../graph/value.js';
import { optimizers } from '../optimizers/index.js';
import { nodeDriver } from '../runtime/node.js';
import { lower } from './lower.js';

describe('an update of 1x1 kernels, in one dimension', () => {
  for (const [name, make] of Object.entries(optimizers)) {
    const optimizer = make();
    /** The next parameter and slots of a tensor of this shape, and what they are computed of. */
    const updateOf = (shape: Shape) => {
      const { x, tensors } = drawnInputs([shape, shape, ...optimizer.slots.map(() => shape), []]);
      const { parameter, slots } = optimizer.update({
        parameter: x(0),
        gradient: x(1),
        // Never negative, as Adam's mean squares are.
        slots: new Map(optimizer.slots.map((slot, i) => [slot, mul(x(2 + i), x(2 + i))])),
        learningRate: x(2 + optimizer.slots.length),
        weightDecay: 0.5,
        scalar: () => x(2 + optimizer.slots.length),
      });
      return { outputs: [parameter, ...slots.values()], tensors };
    };
    const kernels = updateOf([5, 7, 1, 1]);

    test(`${name}: to the bit as that of a vector`, async () => {
      const vector = updateOf([35]);
      const expected = await runGraph(nodeDriver, 'cpu', vector.outputs, vector.tensors);
      const actual = await runGraph(nodeDriver, 'cpu', kernels.outputs, kernels.tensors);
      assert.deepEqual(
        actual.map(({ data }) => data),
        expected.map(({ data }) => data),
      );
    });

    test(`${name}: no number is broadcast along ones`, () => {
      for (const { operator, inputs } of topologicalOrder(lower(kernels.outputs, { device: 'cpu' }))) {
        const [a, b] = inputs;
        if (a === undefined || b === undefined || sameShape(a.shape, b.shape)) continue;
        assert.ok(a.shape.at(-1) !== 1 && b.shape.at(-1) !== 1, operator.name);
      }
    });
  }
});
