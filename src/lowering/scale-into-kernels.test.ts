import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { worstError } from '../../test/helpers/samples.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { nodeOf } from '../graph/node-of.js';
import { BatchNormGradient } from '../graph/operators/batch-norm-gradient.js';
import { batchNormTraining } from '../graph/operators/batch-norm-training.js';
import { conv, mul, neg, reduceSum, reshape } from '../graph/ops.js';
import { topologicalOrder, type Value } from '../graph/value.js';
import { scaleIntoKernels } from './scale-into-kernels.js';

/** Whether each normalization's gradient has its scale. */
function scaled(outputs: readonly Value[]): boolean[] {
  return topologicalOrder(outputs).flatMap((node) => {
    const gradient = nodeOf(at(node.outputs, 0), BatchNormGradient);
    return gradient === undefined ? [] : [gradient.attributes.scaled];
  });
}

describe("the scale of a normalization's gradient goes into the kernels of the convolution before", () => {
  const kernels = [
    ['dense', [4, 3, 3, 3], 1],
    ['depthwise', [3, 1, 3, 3], 3],
    ['grouped', [6, 1, 3, 3], 3],
  ] as const;
  for (const [name, w, group] of kernels)
    test(`${name} kernels`, () => {
      const { drawn, outputs } = ofConvolution([2, 3, 8, 8], w, group);
      const moved = scaleIntoKernels(outputs);
      assert.deepEqual(scaled(outputs), [true]);
      assert.deepEqual(scaled(moved), [false]);
      const expected = interpret(outputs, drawn.numbers);
      interpret(moved, drawn.numbers).forEach((actual, i) => {
        assert.ok(worstError(actual, at(expected, i)) < 1e-12, `gradient ${i}`);
      });
      assert.deepEqual(scaled(scaleIntoKernels([at(outputs, 1)])), [false], 'of kernels alone');
    });

  test('not where the kernels are more than half as large as the map', () => {
    const { outputs } = ofConvolution([2, 3, 2, 2], [4, 3, 3, 3], 1);
    assert.deepEqual(scaled(scaleIntoKernels(outputs)), [true]);
  });

  test('not where something else reads the gradient', () => {
    const { outputs, ofMap } = ofConvolution([2, 3, 8, 8], [4, 3, 3, 3], 1);
    assert.deepEqual(scaled(scaleIntoKernels([...outputs, ofMap])), [true]);
    assert.deepEqual(scaled(scaleIntoKernels([...outputs, neg(ofMap)])), [true]);
  });
});

/** Gradients of a sum of squares of a normalised convolution: with respect to what goes in, its kernels, scale and offset. */
function ofConvolution(shape: readonly number[], w: readonly number[], group: number) {
  const filters = at(w, 0);
  const drawn = drawnInputs([shape, w, [filters], [filters]]);
  const [x, weights, scale, bias] = [drawn.x(0), drawn.x(1), drawn.x(2), drawn.x(3)];
  const convolved = conv(x, weights, undefined, {
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    dilations: [1, 1],
    group,
  });
  const [y] = batchNormTraining(convolved, { scale, bias }, 2 ** -17);
  const loss = reshape(reduceSum(mul(y, mul(y, y))), []);
  const [ofMap, ...outputs] = gradients(loss, [convolved, x, weights, scale, bias]);
  assert.ok(ofMap !== undefined);
  return { drawn, outputs, ofMap };
}
