import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, exp, matmul, mul } from '../ops.js';
import { input, topologicalOrder, type Value } from '../value.js';
import { nodeOrder } from './node-order.js';

const type = { dtype: 'float32', shape: [2, 2] } as const;
const [x, w] = [input('x', type), input('w', type)];
const positionIn = (order: readonly unknown[], value: Value) =>
  order.indexOf(value.origin.kind === 'node' ? value.origin.node : undefined);

test('of a node, the inputs of few steps stand first', () => {
  const deep = exp(exp(exp(x)));
  const shallow = mul(w, w);
  for (const product of [matmul(deep, shallow), matmul(shallow, deep)]) {
    const order = nodeOrder([product]);
    assert.ok(positionIn(order, shallow) < positionIn(order, deep));
  }
});

test('each node stands once, after its inputs; of outputs, the order is kept', () => {
  const common = exp(x);
  const outputs = [add(exp(exp(common)), common), mul(common, w), exp(w)];
  const order = nodeOrder(outputs);
  assert.deepEqual(new Set(order), new Set(topologicalOrder(outputs)));
  assert.equal(order.length, new Set(order).size);
  for (const node of order)
    for (const { origin } of node.inputs)
      if (origin.kind === 'node') assert.ok(order.indexOf(origin.node) < order.indexOf(node));
  const places = outputs.map((output) => positionIn(order, output));
  assert.deepEqual(
    places.toSorted((a, b) => a - b),
    places,
  );
});
