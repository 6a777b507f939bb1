import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { worstError } from '../../test/helpers/samples.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { nodeOf } from '../graph/node-of.js';
import { batchNormTraining } from '../graph/operators/batch-norm-training.js';
import { conv } from '../graph/operators/conv.js';
import { Reshape } from '../graph/operators/reshape.js';
import { add, mul, reduceSum, relu, reshape } from '../graph/ops.js';
import { simplify } from '../graph/simplify.js';
import { bytesOf } from '../graph/tensor.js';
import { topologicalOrder, type Value } from '../graph/value.js';
import { lower } from './lower.js';
import { BlockedConv } from './operators/blocked-conv.js';
import { recompute } from './recompute.js';

/** Two layers of normalised and activated convolutions, and a third over the second; one after another, or with a shortcut. */
function network(map: readonly [number, number], shortcut: boolean) {
  const drawn = drawnInputs([[2, 16, ...map], [16, 16, 3, 3], [16, 16, 3, 3], [16, 16, 3, 3], [16], [16]]);
  const [x, scale, bias] = [drawn.x(0), drawn.x(4), drawn.x(5)];
  const same = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 };
  const normalised = (value: Value, w: Value) =>
    batchNormTraining(conv(value, w, undefined, same), { scale, bias }, 2 ** -17)[0];
  const first = relu(normalised(x, drawn.x(1)));
  const second = normalised(first, drawn.x(2));
  const y = conv(relu(shortcut ? add(second, first) : second), drawn.x(3), undefined, same);
  const loss = reshape(reduceSum(mul(y, y)), []);
  const outputs = [loss, ...gradients(loss, drawn.values)];
  const lowered = simplify(lower(outputs, { device: 'cpu', channelBlock: 16 }));
  return { lowered, numbers: drawn.numbers, bytes: bytesOf(first) };
}

/** Bytes of what is made for the first output, and read by what is not. */
function keptBytes(outputs: readonly Value[]): number {
  const before = new Set(topologicalOrder([at(outputs, 0)]));
  const kept = new Set<Value>();
  for (const node of topologicalOrder(outputs))
    for (const value of before.has(node) ? [] : node.inputs) {
      const { origin } = nodeOf(value, Reshape)?.inputs[0] ?? value;
      if (origin.kind === 'node' && before.has(origin.node)) kept.add(at(origin.node.outputs, origin.index));
    }
  return [...kept].reduce((sum, value) => sum + bytesOf(value), 0);
}

const convolutionsIn = (outputs: readonly Value[]) =>
  topologicalOrder(outputs).filter(({ operator }) => operator.name === BlockedConv.name).length;

for (const [map, shortcut, again] of [
  [[5, 4], false, 2],
  [[1, 9], false, 2],
  // What is added to a shortcut is not made of one map.
  [[5, 4], true, 1],
] as const)
  test(`maps of [${map}]${shortcut ? ' with a shortcut' : ''}: as many again as there is room for`, () => {
    const { lowered, numbers, bytes } = network(map, shortcut);
    const moments = lowered.slice(0, 1);
    const expected = interpret(lowered, numbers);
    for (const room of [0, 1, 2, 3]) {
      const outputs = simplify(recompute(lowered, moments, room * bytes));
      const made = Math.min(room, again);
      assert.equal(convolutionsIn(outputs), convolutionsIn(lowered) + made);
      // Slopes and offsets are kept for it.
      const saved = keptBytes(lowered) - keptBytes(outputs);
      assert.ok(saved <= made * bytes && saved >= made * (bytes - 2 * 4 * 16), `${saved}`);
      interpret(outputs, numbers).forEach((actual, i) => {
        assert.ok(worstError(actual, at(expected, i)) < 1e-12, `output ${i}`);
      });
    }
  });

test('nothing is made again where nothing is read again, or no moment is given', () => {
  const { lowered } = network([5, 4], false);
  assert.deepEqual(recompute(lowered, [], Number.POSITIVE_INFINITY), lowered);
  const [loss] = lowered;
  assert.ok(loss !== undefined);
  assert.equal(recompute([loss], [loss], Number.POSITIVE_INFINITY)[0], loss);
});
