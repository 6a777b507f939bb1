import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mapBelow, mapOf } from '../../test/helpers/conv-geometries.js';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { type LoweringCase, loweringCases } from '../../test/helpers/lowering-cases.js';
import { worstError } from '../../test/helpers/samples.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { devices } from '../graph/device.js';
import { interpret } from '../graph/interpret.js';
import { add, convWeightGradient, matmul, maxPool, mul, reduceSum, reshape } from '../graph/ops.js';
import { nchw } from '../graph/shapes.js';
import { simplify } from '../graph/simplify.js';
import { float32, type Shape } from '../graph/tensor.js';
import { constant, input, topologicalOrder, type Value } from '../graph/value.js';
import { attention } from '../nn/attention.js';
import { crossovers } from './crossovers.js';
import { lower } from './lower.js';
import { portable } from './portable.js';
import type { Target } from './target.js';

const targets: readonly Target[] = devices.flatMap((device) =>
  [undefined, 8, 16].map((channelBlock) => ({ device, channelBlock })),
);

/** Double precision, over sums of some thousands of products; a variance by E[x^2] - E[x]^2 loses most. */
const TOLERANCE = 1e-11;
const SINGLE_PRECISION = 2 ** -24;

describe('lowered graphs compute, by their definitions, what the graphs do', () => {
  for (const each of loweringCases)
    test(each.name, () => {
      const { outputs, agrees } = prepared(each);
      for (const target of targets) {
        const lowered = lower(outputs, target);
        agrees(lowered, JSON.stringify(target));
        assert.ok(topologicalOrder(lowered).every(({ operator }) => operator.kind === 'primitive'));
        if (target.device === 'webgpu') assertPortable(lowered);
      }
      const ported = portable(outputs);
      agrees(ported, 'portable');
      assertPortable(ported);
    });
});

describe('what becomes what', () => {
  test('rows that are made wide and narrow again are multiplied in blocks, where there are such', () => {
    const products = (name: string, target: Target) => {
      const found = loweringCases.find((each) => each.name === name);
      assert.ok(found !== undefined, name);
      const outputs = found.build(drawnInputs(found.shapes).x);
      const large = topologicalOrder(lower(outputs, target)).filter(({ operator, inputs }) => {
        const operands = inputs.map(({ shape }) => shape);
        const isProduct = ['Gemm', 'MatMul'].includes(operator.name);
        return isProduct && operands.some(([rows = 0]) => rows >= crossovers.wideRows);
      });
      return large.length;
    };
    const blocked = { device: 'cpu', channelBlock: 16 } as const;
    // The column sums of what is narrow are a product with ones.
    assert.equal(products('rows made wide and narrow again', blocked), 1);
    assert.equal(products('rows made wide and narrow again', { device: 'cpu' }), 8);
    assert.equal(products('rows made wide, of which there are no whole blocks', blocked), 8);
    assert.equal(products('rows made wide that something else reads, too', blocked), 8);
  });

  const x = input('x', { dtype: 'float32', shape: [2, 3, ...mapOf(crossovers.rowsOfPixels)] });
  const small = input('x', { dtype: 'float32', shape: [2, 3, ...mapBelow(crossovers.rowsOfPixels)] });
  const [scale, offset] = [float32([3, 1, 1], [1, 2, 3]), float32([3, 1, 1], [4, 5, 6])];
  const scaledAndMoved = (map: Value) => add(mul(map, constant(scale)), constant(offset));

  test('a large map scaled and moved is one convolution of the very constants on cpu and cuda', () => {
    for (const device of ['cpu', 'cuda'] as const) {
      const [node, ...rest] = topologicalOrder(simplify(lower([scaledAndMoved(x)], { device })));
      assert.equal(node?.operator.name, 'Conv');
      assert.equal(rest.length, 0);
      const [, w, bias] = node.inputs.map(({ origin }) =>
        origin.kind === 'constant' ? origin.tensor : undefined,
      );
      assert.deepEqual(w, { ...scale, shape: [3, 1, 1, 1] });
      assert.deepEqual(bias, { ...offset, shape: [3] });
    }
    assert.deepEqual(namesOf([scaledAndMoved(small)], { device: 'cpu' }), ['BatchNormalization']);
    assert.deepEqual(namesOf([scaledAndMoved(x)], { device: 'wasm' }), ['Mul', 'Add']);
  });

  test('a product and a row are one kernel', () => {
    const [a, b] = [input('a', float32([2, 2], [1, 2, 3, 4])), input('b', float32([2], [1, 2]))];
    assert.deepEqual(namesOf([add(matmul(a, a), b)], { device: 'cpu' }), ['Gemm']);
    assert.deepEqual(namesOf([add(matmul(a, a, { alpha: 2 }), b)], { device: 'cpu' }), ['MatMul', 'Add']);
  });

  test("max-pooling's gradient is scattered into the gradient that is added to it, not into zeros", () => {
    const map = input('map', { dtype: 'float32', shape: [1, 1, 4, 4] });
    const maxima = maxPool(map, { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceil: false });
    const [gradient] = gradients(reshape(reduceSum(maxima), []), [map]);
    assert.ok(gradient !== undefined);
    for (const sum of [add(gradient, map), add(map, gradient)]) {
      const names = namesOf([sum], { device: 'cpu' });
      assert.ok(names.includes('ScatterAdd') && !names.includes('Add'), `${names}`);
    }
  });

  test("attention's gradient multiplies one stack as large as the scores by the softmax", () => {
    const qkv = input('qkv', { dtype: 'float32', shape: [2, 7, 24] });
    const [gradient] = gradients(reshape(reduceSum(attention(qkv, 2)), []), [qkv]);
    assert.ok(gradient !== undefined);
    const products = topologicalOrder(simplify(lower([gradient], { device: 'cpu' }))).filter(
      ({ operator, outputs }) => operator.name === 'Mul' && at(outputs, 0).shape.at(-1) === 7,
    );
    assert.equal(products.length, 1);
  });

  test('queries, keys and values come of products of their own, neither transposed nor split', () => {
    const [x, w, b] = [
      input('x', { dtype: 'float32', shape: [10, 6] }),
      input('w', { dtype: 'float32', shape: [24, 6] }),
      input('b', { dtype: 'float32', shape: [24] }),
    ];
    const qkv = reshape(add(matmul(x, w, { transposeB: true }), b), [2, 5, 24]);
    const names = (device: 'cpu' | 'webgpu') => namesOf([attention(qkv, 2)], { device });
    assert.equal(names('cpu').filter((name) => name === 'Transpose').length, 1);
    assert.ok(!names('cpu').includes('Split'));
    assert.ok(names('webgpu').includes('Split'));
  });

  test('an input gradient at stride 2 is woven of phases where kernels overlap and phases are alike', () => {
    const isWoven = (name: string) => {
      const dx = ofConvolution(name, 1);
      return !namesOf([dx], { device: 'cpu', channelBlock: 16 }).includes('ConvTranspose');
    };
    const square = '3x3 of whole blocks, stride 2';
    for (const name of [
      square,
      `${square}, that does not reach the last pixels`,
      '5x4 of whole blocks, strides 2 and 3',
    ])
      assert.ok(isWoven(name), name);
    const others = ['odd map', 'padded by more than itself', 'dilated'].map((each) => `${square}, ${each}`);
    for (const name of [...others, '1x1 of whole blocks, stride 2', '3x3, small map, stride 2'])
      assert.ok(!isWoven(name), name);
  });

  test('only whole blocks of channels are blocked, and only where the machine has blocks', () => {
    const isBlocked = (name: string, channelBlock: number | undefined) => {
      return namesOf([ofConvolution(name, 0)], { device: 'cpu', channelBlock }).includes('BlockedConv');
    };
    for (const name of ['depthwise 16', '3x3 of whole blocks, middle map']) {
      assert.equal(isBlocked(name, 16), true);
      assert.equal(isBlocked(name, 8), true);
      assert.equal(isBlocked(name, undefined), false);
    }
    assert.equal(isBlocked('depthwise 12, no whole blocks', 8), false);
    assert.equal(isBlocked('3x3 from whole blocks to others', 8), false);
  });
});

describe('windows of many images are gathered in parts', () => {
  const [filters, kernel, side] = [2, 5, 32];
  const size = side - kernel + 1;
  const channelsOf = (share: number) =>
    Math.floor((share * crossovers.windowBytes) / (4 * kernel ** 2 * size ** 2));
  /** Of images whose windows take a share of the limit each. */
  const gradientOf = (batch: number, share: number): LoweringCase => {
    const channels = channelsOf(share);
    const attributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
    return {
      name: `${batch} images of ${channels} channels`,
      shapes: [
        [batch, channels, side, side],
        [batch, filters, size, size],
      ],
      build: (x) => [convWeightGradient(x(0), x(1), [filters, channels, kernel, kernel], attributes)],
    };
  };
  const partsOf = (batch: number, share: number): number => {
    const { shapes, build } = gradientOf(batch, share);
    const inputs = shapes.map((shape, i) => input(`x${i}`, { dtype: 'float32', shape }));
    const names = namesOf(
      build((index) => at(inputs, index)),
      { device: 'cpu' },
    );
    return names.filter((name) => name === 'Gather').length;
  };

  test('as few as keep to the limit and are equal, or one for each image', () => {
    assert.equal(partsOf(6, 1 / 6), 1);
    assert.equal(partsOf(6, 1 / 5), 2);
    assert.equal(partsOf(6, 1 / 3), 2);
    assert.equal(partsOf(6, 0.6), 6);
    assert.equal(partsOf(3, 2), 3);
  });

  test('the parts add up', () => {
    const { outputs, agrees } = prepared(gradientOf(2, 0.6));
    agrees(lower(outputs, { device: 'cpu' }), 'in two parts');
  });
});

/** Of a convolution among the cases, by its name: its result (0) or a gradient. */
function ofConvolution(name: string, output: number): Value {
  const found = loweringCases.find((each) => each.name === `convolution: ${name}`);
  assert.ok(found !== undefined, name);
  return at(found.build(drawnInputs(found.shapes).x), output);
}

/** A case's graph, and what compares another graph's outputs with its own. */
function prepared({ shapes, hasRoundedConstants, build }: LoweringCase) {
  const tolerance = hasRoundedConstants ? SINGLE_PRECISION : TOLERANCE;
  const { x, numbers } = drawnInputs(shapes);
  const outputs = build(x);
  const expected = interpret(outputs, numbers);
  const agrees = (passed: readonly Value[], context: string): void => {
    assert.deepEqual(
      passed.map(({ dtype, shape }) => ({ dtype, shape })),
      outputs.map(({ dtype, shape }) => ({ dtype, shape })),
    );
    interpret(passed, numbers).forEach((actual, i) => {
      const error = worstError(actual, at(expected, i));
      assert.ok(error < tolerance, `${context}: output ${i}: relative error ${error}`);
    });
  };
  return { outputs, agrees };
}

/**
 * WebGPU has neither a logarithm of a softmax nor stacks of products that transpose or scale, nor max-pooling's offsets, and
 * groups of convolutions that it computes wrongly.
 */
function assertPortable(outputs: readonly Value[]): void {
  for (const { operator, inputs, attributes } of topologicalOrder(outputs)) {
    assert.notEqual(operator.name, 'LogSoftmax');
    assert.ok(
      !inputs.some(
        ({ origin }) =>
          origin.kind === 'node' && origin.node.operator.name === 'MaxPool' && origin.index === 1,
      ),
    );
    if (operator.name === 'Conv' || operator.name === 'ConvTranspose')
      assertRightGroups(operator.name, at(inputs, 1).shape, Number(attributes.group));
    if (operator.name !== 'MatMul' || inputs.every(({ shape }) => shape.length === 2)) continue;
    assert.deepEqual(attributes, { transposeA: false, transposeB: false, alpha: 1 });
  }
}

function assertRightGroups(name: string, w: Shape, group: number): void {
  const [filters, perGroup] = nchw(w);
  const each = filters / group;
  if (group === 1) return;
  if (name === 'Conv') assert.ok(each < 4 || each % 4 === 0, `${each} filters a group`);
  else assert.ok(perGroup > 1 || each === 1, `${each} channels a group make one`);
}

const namesOf = (outputs: readonly Value[], target: Target): string[] =>
  topologicalOrder(simplify(lower(outputs, target))).map(({ operator }) => operator.name);
