import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawnInputs } from '../../../test/helpers/drawn-inputs.js';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { worstError } from '../../../test/helpers/samples.js';
import { at } from '../../errors.js';
import { interpret } from '../../graph/interpret.js';
import { conv } from '../../graph/operators/conv.js';
import { type ConvAttributes, convOutputShape } from '../../graph/operators/conv-geometry.js';
import { convInputGradient } from '../../graph/operators/conv-input-gradient.js';
import { convWeightGradient } from '../../graph/operators/conv-weight-gradient.js';
import type { Shape } from '../../graph/tensor.js';
import { topologicalOrder, type Value } from '../../graph/value.js';
import { nodeDriver } from '../../runtime/node.js';
import { webDriver } from '../../runtime/web.js';
import { adjointPads } from '../conv-geometry.js';
import { crossovers } from '../crossovers.js';
import { lower } from '../lower.js';
import type { Target } from '../target.js';
import { isForWinograd } from './chosen.js';
import { winogradForward } from './forward.js';
import { winogradInputGradient } from './input-gradient.js';
import { imagePieces } from './tiles.js';
import { winogradWeightGradient } from './weight-gradient.js';

const plain: ConvAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
const same = { ...plain, pads: [1, 1, 1, 1] };

/** In double precision, only the constants are rounded: thirds and fifteenths. A wrong index is wrong by about 1. */
const ROUNDED_CONSTANTS = 1e-6;

/** Twice what is measured, of the largest element. Tiles are sums of up to 25 elements with factors up to 6.25. */
const SINGLE_PRECISION = 5e-6;

const cases: readonly (readonly [name: string, x: Shape, filters: number, attributes: ConvAttributes])[] = [
  ['whole tiles', [2, 3, 8, 8], 4, same],
  ['an odd map', [2, 3, 7, 5], 4, same],
  ['a map smaller than a tile', [2, 3, 3, 2], 4, same],
  ['a single pixel', [2, 3, 1, 1], 2, same],
  ['a single result', [1, 2, 3, 3], 3, plain],
  ['no padding', [2, 3, 10, 9], 4, plain],
  ['asymmetric padding', [1, 3, 6, 9], 2, { ...plain, pads: [0, 1, 2, 1] }],
  ['the most padding that can be taken back', [1, 2, 4, 5], 2, { ...plain, pads: [2, 2, 2, 2] }],
  ['one image, one channel, one filter', [1, 1, 9, 4], 1, same],
  ['many channels', [2, 64, 7, 7], 64, same],
  ['channels in no whole blocks', [1, 72, 5, 6], 67, same],
];

for (const [name, shape, filters, attributes] of cases) {
  const { defined, tiled, numbers, tensors } = passesOf(shape, filters, attributes);
  test(`forward and both gradients as they are defined: ${name}`, async () => {
    const expected = interpret(defined, numbers);
    agree(interpret(tiled, numbers), expected, ROUNDED_CONSTANTS);
    const run = await runGraph(nodeDriver, 'cpu', tiled, tensors);
    agree(
      run.map(({ data }) => data),
      expected,
      SINGLE_PRECISION,
    );
  });
}

test('tiles of many images are transformed in equal pieces, which add up', async () => {
  const side = 56;
  const channelsOf = (share: number) =>
    Math.floor((share * crossovers.tileBytes) / (4 * 36 * (side / 4) ** 2));
  const piecesOfShare = (share: number) =>
    imagePieces([6, 2, side, side], channelsOf(share)).map(({ from, to }) => [from, to]);
  assert.deepEqual(piecesOfShare(1 / 6), [[0, 6]]);
  assert.deepEqual(piecesOfShare(1 / 5), [
    [0, 3],
    [3, 6],
  ]);
  assert.equal(piecesOfShare(1 / 2).length, 3);
  assert.equal(piecesOfShare(2).length, 6);
  const { defined, tiled, numbers, tensors } = passesOf([2, channelsOf(0.6), side, side], 2, same);
  const run = await runGraph(nodeDriver, 'cpu', tiled, tensors);
  agree(
    run.map(({ data }) => data),
    interpret(defined, numbers),
    SINGLE_PRECISION,
  );
});

describe('when it is chosen', () => {
  const cpu: Target = { device: 'cpu' };
  const passes = ['forward', 'inputGradient', 'weightGradient'] as const;
  const chosen = (x: Shape, w: Shape, attributes: ConvAttributes, target = cpu) =>
    passes.map((pass) => isForWinograd(pass, x, w, attributes, target));
  const wide = Math.max(...Object.values(crossovers.winogradChannels));
  const kernels = [wide, wide, 3, 3];
  const map = [1, wide, 7, 7];

  test('3x3 kernels at stride 1, of many channels, over maps that are not large', () => {
    for (const device of ['cpu', 'wasm'] as const) {
      assert.deepEqual(chosen(map, kernels, same, { device }), [true, true, true]);
      assert.deepEqual(chosen(map, kernels, plain, { device }), [true, true, true]);
    }
    const [width, height] = [56, crossovers.winogradPixels / 56];
    assert.deepEqual(chosen([1, wide, height, width], kernels, same), [true, true, true]);
    assert.deepEqual(chosen([1, wide, height + 1, width], kernels, same), [false, false, false]);
    for (const pass of passes) {
      const channels = crossovers.winogradChannels[pass];
      const isChosen = (filters: number, channels: number) =>
        isForWinograd(pass, [1, channels, 7, 7], [filters, channels, 3, 3], same, cpu);
      assert.equal(isChosen(channels, channels), true);
      assert.equal(isChosen(channels - 1, channels), false);
      assert.equal(isChosen(channels, channels - 1), false);
    }
  });

  test('no other convolution, and on no other device', () => {
    const never = [false, false, false];
    assert.deepEqual(chosen(map, [wide, wide, 5, 3], same), never);
    assert.deepEqual(chosen(map, [wide, wide, 3, 1], same), never);
    assert.deepEqual(chosen([1, 2 * wide, 7, 7], kernels, { ...same, group: 2 }), never);
    assert.deepEqual(chosen(map, kernels, { ...same, strides: [2, 2] }), never);
    assert.deepEqual(chosen(map, kernels, { ...same, strides: [1, 2] }), never);
    assert.deepEqual(chosen(map, kernels, { ...same, dilations: [2, 2] }), never);
    for (const device of ['webgpu', 'cuda'] as const)
      assert.deepEqual(chosen(map, kernels, same, { device }), never);
  });

  for (const [driver, device] of [
    [nodeDriver, 'cpu'],
    [webDriver, 'wasm'],
  ] as const)
    test(`lowering asks for each pass, ${device}`, async () => {
      const { defined, numbers, tensors } = passesOf([1, wide, 5, 6], wide, same);
      const lowered = lower(defined, { device });
      const products = topologicalOrder(lowered).filter(
        ({ operator, inputs }) =>
          operator.name === 'MatMul' && inputs.every(({ shape }) => shape.length === 3),
      );
      assert.equal(products.length, 3);
      const expected = interpret(defined, numbers);
      agree(interpret(lowered, numbers), expected, ROUNDED_CONSTANTS);
      const run = await runGraph(driver, device, defined, tensors);
      agree(
        run.map(({ data }) => data),
        expected,
        SINGLE_PRECISION,
      );
    });

  test('padding that a convolution by the reversed kernel cannot take back', () => {
    const beyond = { ...plain, pads: [3, 0, 0, 3] };
    const { defined, numbers } = passesOf([1, wide, 4, 4], wide, beyond);
    agree(interpret(lower(defined, cpu), numbers), interpret(defined, numbers), ROUNDED_CONSTANTS);
  });
});

/** The three passes as they are defined, and by tiles. */
function passesOf(shape: Shape, filters: number, attributes: ConvAttributes) {
  const kernels = [filters, at(shape, 1), 3, 3];
  const {
    x: given,
    numbers,
    tensors,
  } = drawnInputs([shape, kernels, convOutputShape(shape, kernels, attributes)]);
  const [x, w, dy] = [given(0), given(1), given(2)];
  const defined: Value[] = [
    conv(x, w, undefined, attributes),
    convInputGradient(dy, w, shape, attributes),
    convWeightGradient(x, dy, kernels, attributes),
  ];
  const tiled: Value[] = [
    winogradForward(x, w, attributes),
    winogradInputGradient(dy, w, shape, adjointPads(kernels, attributes)),
    winogradWeightGradient(x, dy, kernels, attributes.pads),
  ];
  return { defined, tiled, numbers, tensors };
}

function agree(
  actual: readonly ArrayLike<number | bigint>[],
  expected: readonly Float64Array[],
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((each, i) => {
    const error = worstError(each, at(expected, i));
    assert.ok(error < tolerance, `output ${i}: relative error ${error}`);
  });
}
