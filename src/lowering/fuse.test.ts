import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { drawSample, toTensor, worstError } from '../../test/helpers/samples.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { nodeOf } from '../graph/node-of.js';
import type { Operator } from '../graph/operator.js';
import { batchNormTraining } from '../graph/operators/batch-norm-training.js';
import { Conv } from '../graph/operators/conv.js';
import { LayerNormalization } from '../graph/operators/layer-normalization.js';
import { MaxPool } from '../graph/operators/max-pool.js';
import {
  abs,
  add,
  cast,
  concat,
  conv,
  expand,
  matmul,
  mul,
  neg,
  reduceSum,
  relu,
  reshape,
} from '../graph/ops.js';
import { sizeOf } from '../graph/tensor.js';
import { apply, constant, type Node, topologicalOrder, type Value } from '../graph/value.js';
import { crossovers } from './crossovers.js';
import { fuse } from './fuse.js';
import { increasing } from './fusions/activation-after-pooling.js';

type Graphs = Readonly<Record<string, readonly Value[]>>;

describe("a norm's scale and offset go into the linear layers that read it", () => {
  const drawn = drawnInputs([
    [2, 3, 4],
    [4],
    [4],
    [5, 4],
    [5],
    [4, 5],
    [3, 4],
    [3, 5],
    [1],
    [2, 4, 5],
    [2, 5],
  ]);
  const of = drawn.x;
  const [x, gamma, beta, w, bias, v] = [of(0), of(1), of(2), of(3), of(4), of(5)];
  const standardised = apply(LayerNormalization, [x], { epsilon: 1e-6 })[0];
  const norm = () => add(mul(standardised, gamma), beta);
  const rows = (value: Value) => reshape(value, [6, 4]);
  const byRows = (value: Value) => add(matmul(rows(value), w, { transposeB: true }), bias);
  const byV = (value: Value) => add(matmul(value, v), bias);
  const shared = norm();
  const product = matmul(norm(), v);

  fuses(
    drawn,
    {
      'as rows, times a transposed matrix': [byRows(norm())],
      'as it is, times a matrix': [byV(norm())],
      'before the bias': [add(bias, matmul(norm(), v))],
      'for several layers': [byRows(shared), byV(shared), byRows(rows(shared))],
    },
    // What is left to multiply elementwise is as large as a matrix.
    (node) => node.operator.name !== 'Mul' || sizeOf(at(node.outputs, 0).shape) === sizeOf(w.shape),
  );

  keeps({
    'a norm that something else reads': [byV(shared), neg(shared)],
    'a norm that is read under another shape, too': [byV(shared), neg(rows(shared))],
    'a norm that is an output': [byV(shared), shared],
    'a product that something else reads': [add(product, bias), neg(product)],
    'a product that is an output': [add(product, bias), product],
    'a norm on the right': [add(matmul(w, rows(norm()), { transposeB: true }), of(8))],
    'a product with itself': [add(matmul(rows(shared), rows(shared), { transposeA: true }), beta)],
    'a scaled product': [add(matmul(norm(), v, { alpha: 2 }), bias)],
    'a stack of matrices': [add(matmul(norm(), of(9)), bias)],
    'more than a row as the bias': [add(matmul(norm(), v), of(7))],
    'one number as the bias': [add(matmul(norm(), v), of(8))],
    'rows of another length': [add(matmul(reshape(norm(), [12, 2]), of(10)), bias)],
    'more than a row as the scale': [byV(add(mul(standardised, of(6)), beta))],
    'one number as the offset': [byV(add(mul(standardised, gamma), of(8)))],
    'a scale alone': [byV(mul(standardised, gamma))],
    'an offset alone': [byV(add(standardised, beta))],
    'what is no norm': [byV(add(mul(x, gamma), beta))],
  });
});

describe('an activation goes behind the maximum', () => {
  const drawn = drawnInputs([[2, 3, 7, 8]]);
  const x = drawn.x(0);
  const attributes = { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil: false };
  const pool = (value: Value) => apply(MaxPool, [value], attributes);

  const operators: readonly Operator[] = increasing;
  const names = operators.map(({ name }) => name);
  const activated = operators.map((operator) =>
    at(apply(operator, [x], at(operator.samples, 0).attributes), 0),
  );
  const relu = at(activated, names.indexOf('Relu'));
  fuses(
    drawn,
    Object.fromEntries(activated.map((value, i) => [at(names, i), [pool(value)[0]]])),
    ({ operator, outputs }) =>
      !names.includes(operator.name) || sizeOf(at(outputs, 0).shape) === sizeOf(pool(x)[0].shape),
  );

  keeps({
    'an activation that something else reads': [pool(relu)[0], neg(relu)],
    'an activation that is an output': [pool(relu)[0], relu],
    'where the maxima lie': [pool(relu)[0], cast(pool(relu)[1], 'float32')],
    'a function that decreases': [pool(abs(x))[0]],
    'a maximum of an input': [pool(x)[0]],
  });
});

describe('batch normalization goes behind the maximum', () => {
  const drawn = drawnInputs([[2, 3, 6, 10], [4, 3, 3, 3], [4], [4], [2, 4, 4, 8], [4]]);
  const of = drawn.x;
  // Of 64 elements a channel, and an epsilon, whose reciprocals single precision has exactly.
  const [images, w, gamma, beta, map] = [of(0), of(1), of(2), of(3), of(4)];
  assert.ok([-1, 1].every((sign) => drawn.numbers.get('x2')?.some((scale) => sign * scale > 0)));
  const convolved = (...bias: readonly Value[]) =>
    apply(Conv, [images, w, ...bias], {
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: 1,
    })[0];
  const norm = (x: Value) => batchNormTraining(x, { scale: gamma, bias: beta }, 2 ** -17);
  const attributes = { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil: false };
  const pool = (value: Value) => apply(MaxPool, [value], attributes);

  const [y, mean, variance] = norm(convolved());
  const isExpected = ({ operator, inputs }: Node) =>
    operator.name !== MaxPool.name || nodeOf(at(inputs, 0), Conv) !== undefined;
  fuses(
    drawn,
    {
      'by itself': [pool(y)[0]],
      'with the statistics': [pool(y)[0], mean, variance],
      'with an activation between them': [pool(relu(norm(convolved())[0]))[0]],
    },
    isExpected,
  );

  const [shared, x] = [norm(convolved())[0], convolved()];
  keeps({
    'a norm that something else reads': [pool(shared)[0], neg(shared)],
    'a norm that is pooled twice': [
      pool(shared)[0],
      apply(MaxPool, [shared], { ...attributes, pads: [0, 0, 0, 0] })[0],
    ],
    'a norm that is an output': [pool(shared)[0], shared],
    'where the maxima lie': [pool(shared)[0], cast(pool(shared)[1], 'float32')],
    'a convolution that something else reads': [pool(norm(x)[0])[0], neg(x)],
    'a convolution with bias': [pool(norm(convolved(of(5)))[0])[0]],
    'the norm of an input': [pool(norm(map)[0])[0]],
    'the statistics alone': [mean, variance, pool(x)[0]],
  });
});

describe('batch normalization becomes a part of a pointwise convolution of few channels to many', () => {
  const drawn = drawnInputs([[2, 3, 4, 8], [8, 3, 1, 1], [8], [8], [8, 3, 3, 3], [2, 8, 4, 8]]);
  const of = drawn.x;
  const [x, w, gamma, beta, map] = [of(0), of(1), of(2), of(3), of(5)];
  const pointwise = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  const norm = (convolved: Value) => batchNormTraining(convolved, { scale: gamma, bias: beta }, 2 ** -17);
  const convolved = () => conv(x, w, undefined, pointwise);
  const [y, mean, variance] = norm(convolved());

  fuses(
    drawn,
    { 'by itself': [y], 'with its statistics': [y, mean, variance], 'before an activation': [relu(y)] },
    ({ operator }) => operator.name !== 'BatchNormTraining',
  );

  const shared = convolved();
  keeps({
    'a convolution that something else reads': [norm(shared)[0], neg(shared)],
    'a convolution that is an output': [norm(shared)[0], shared],
    'a convolution with bias': [norm(conv(x, w, beta, pointwise))[0]],
    'a stride': [norm(conv(x, w, undefined, { ...pointwise, strides: [2, 2] }))[0]],
    'a larger kernel': [norm(conv(x, of(4), undefined, { ...pointwise, pads: [1, 1, 1, 1] }))[0]],
    'the norm of an input': [norm(map)[0]],
  });

  test('not of many channels to few, whose covariance would cost more than it saves', () => {
    const most = drawnInputs([[1, 16, 2, 2], [8, 16, 1, 1], [1, 17, 2, 2], [8, 17, 1, 1], [8]]);
    const normOf = (map: number, kernels: number) =>
      batchNormTraining(
        conv(most.x(map), most.x(kernels), undefined, pointwise),
        { scale: most.x(4), bias: most.x(4) },
        2 ** -17,
      )[0];
    assert.equal(16 ** 2, crossovers.covariance * 8);
    const isLeft = (value: Value) =>
      topologicalOrder(fuse([value])).some(({ operator }) => operator.name === 'BatchNormTraining');
    assert.ok(!isLeft(normOf(0, 1)));
    assert.ok(isLeft(normOf(2, 3)));
  });
});

describe('what is put in front of every sequence goes into the table that is added', () => {
  const drawn = drawnInputs([
    [1, 2, 3],
    [4, 5, 3],
    [1, 7, 3],
    [7, 3],
    [1, 1, 3],
    [4, 7, 3],
    [4, 2, 3],
  ]);
  const of = drawn.x;
  const [prefix, tokens, table] = [of(0), of(1), of(2)];
  const joined = concat([expand(prefix, [4, 2, 3]), tokens], 1);

  fuses(drawn, { 'a table': [add(concat([expand(prefix, [4, 2, 3]), tokens], 1), table)] }, ({ operator }) =>
    ['Pad', 'Add'].includes(operator.name),
  );

  keeps({
    'a sequence that something else reads': [add(joined, table), neg(joined)],
    'a sequence that is an output': [add(joined, table), joined],
    'a table of fewer axes': [add(joined, of(3))],
    'one row for all': [add(joined, of(4))],
    'a table for each sequence': [add(joined, of(5))],
    'a prefix for each sequence': [add(concat([of(6), tokens], 1), table)],
    'three pieces': [
      add(concat([expand(prefix, [4, 2, 3]), of(6), of(6), expand(of(4), [4, 1, 3])], 1), table),
    ],
    'a sequence alone': [neg(joined)],
  });
});

/** Tests that each graph becomes one whose nodes are all as expected, and that values and gradients are the same. */
function fuses(
  { values, numbers }: ReturnType<typeof drawnInputs>,
  graphs: Graphs,
  isExpected: (node: Node) => boolean,
): void {
  const evaluated = (outputs: readonly Value[]) =>
    interpret([...outputs, ...gradients(weighted(outputs), values)], numbers);
  for (const [name, outputs] of Object.entries(graphs))
    test(name, () => {
      const fused = fuse(outputs);
      assert.ok(!topologicalOrder(outputs).every(isExpected), 'there is something to fuse');
      assert.ok(topologicalOrder(fused).every(isExpected), 'it is fused');
      const expected = evaluated(outputs);
      evaluated(fused).forEach((actual, i) => {
        const error = worstError(actual, at(expected, i));
        assert.ok(error < 1e-12, `value or gradient ${i}: relative error ${error}`);
      });
    });
}

/** Tests that each graph stays as it is. */
function keeps(graphs: Graphs): void {
  for (const [name, outputs] of Object.entries(graphs))
    test(`not with ${name}`, () => {
      fuse(outputs).forEach((value, i) => {
        assert.equal(value, outputs[i]);
      });
    });
}

/** A scalar that depends on every element of every output differently. */
function weighted(outputs: readonly Value[]): Value {
  return outputs
    .map((y, i) =>
      reshape(reduceSum(mul(y, constant(toTensor(y, drawSample({ shape: y.shape }, 99 + i))))), []),
    )
    .reduce((sum, each) => add(sum, each));
}
