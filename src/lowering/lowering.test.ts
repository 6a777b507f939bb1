import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runGraph } from '../../test/helpers/run-graph.js';
import { drawSample, toTensor, worstError } from '../../test/helpers/samples.js';
import { gradients } from '../autodiff/gradients.js';
import type { Device } from '../graph/device.js';
import { interpret } from '../graph/interpret.js';
import type { Operator } from '../graph/operator.js';
import { batchNormTraining } from '../graph/operators/batch-norm-training.js';
import { conv } from '../graph/operators/conv.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import type { Shape } from '../graph/tensor.js';
import { apply, constant, input, type Value } from '../graph/value.js';
import type { Driver } from '../runtime/driver.js';
import { nodeDriver } from '../runtime/node.js';
import { webDriver } from '../runtime/web.js';
import { loweringOperators } from './operators/index.js';

const plain: ConvAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
const same = { ...plain, pads: [1, 1, 1, 1] };

/** One geometry for every branch that a rule can take: shapes decide, so they are larger than the operators' samples. */
const convolutions: readonly (readonly [string, Shape, Shape, ConvAttributes])[] = [
  ['pointwise, large map, more filters', [2, 4, 24, 20], [6, 4, 1, 1], plain],
  ['pointwise, large map, fewer filters', [2, 6, 20, 24], [4, 6, 1, 1], plain],
  ['pointwise, small map', [3, 6, 5, 7], [4, 6, 1, 1], plain],
  ['pointwise, stride 2', [2, 4, 13, 12], [6, 4, 1, 1], { ...plain, strides: [2, 2] }],
  ['3x3, large map', [2, 3, 21, 22], [4, 3, 3, 3], same],
  ['3x3, middle map', [2, 3, 14, 14], [4, 3, 3, 3], same],
  ['3x3, small map', [2, 3, 7, 7], [4, 3, 3, 3], same],
  ['3x3, small map, stride 2', [2, 3, 8, 8], [4, 3, 3, 3], { ...same, strides: [2, 2] }],
  ['3x3, asymmetric padding', [2, 3, 10, 10], [4, 3, 3, 3], { ...plain, pads: [0, 1, 2, 1] }],
  ['3x3 of whole blocks, middle map', [2, 16, 10, 10], [32, 16, 3, 3], same],
  ['3x3 of whole blocks, large map', [1, 16, 21, 21], [16, 16, 3, 3], same],
  ['stem', [2, 3, 40, 40], [4, 3, 7, 7], { ...plain, pads: [3, 3, 3, 3], strides: [2, 2] }],
  ['stem, odd map', [1, 3, 15, 13], [4, 3, 5, 5], { ...plain, pads: [1, 2, 2, 1], strides: [2, 2] }],
  ['grouped', [2, 8, 9, 9], [8, 4, 3, 3], { ...same, group: 2 }],
  ...[16, 32].flatMap((C) => [
    [`depthwise ${C}`, [2, C, 6, 7], [C, 1, 3, 3], { ...same, group: C }] as const,
    [`depthwise ${C}, 5x5`, [2, C, 8, 8], [C, 1, 5, 5], { ...plain, pads: [2, 2, 2, 2], group: C }] as const,
    [`depthwise ${C}, stride 2`, [2, C, 8, 8], [C, 1, 3, 3], { ...same, strides: [2, 2], group: C }] as const,
    [
      `depthwise ${C}, stride 2, odd`,
      [2, C, 7, 7],
      [C, 1, 3, 3],
      { ...same, strides: [2, 2], group: C },
    ] as const,
    [
      `depthwise ${C}, stride 2, after only`,
      [2, C, 8, 8],
      [C, 1, 3, 3],
      { ...plain, pads: [0, 0, 1, 1], strides: [2, 2], group: C },
    ] as const,
  ]),
  ['depthwise 12, no whole blocks', [2, 12, 6, 6], [12, 1, 3, 3], { ...same, group: 12 }],
  ['depthwise, two filters a channel', [2, 16, 6, 6], [32, 1, 3, 3], { ...same, group: 16 }],
];

const drivers: readonly (readonly [Driver, Device])[] = [
  [nodeDriver, 'cpu'],
  [webDriver, 'wasm'],
];

describe('convolutions and both gradients, lowered, against their definitions', () => {
  for (const [driver, device] of drivers)
    for (const [name, x, w, attributes] of convolutions)
      test(`${device}: ${name}`, () =>
        agree(driver, device, [x, w], ([x, w]) => {
          const y = conv(x, w, undefined, attributes);
          return [y, ...gradients(weighted(y), [x, w])];
        }));
});

describe('batch normalization and its gradients, lowered, against their definitions', () => {
  for (const [driver, device] of drivers)
    for (const shape of [
      [2, 3, 24, 20],
      [4, 3, 3, 3],
      [4, 5, 1, 1],
    ])
      test(`${device}: [${shape}]`, () =>
        agree(driver, device, [shape, [shape[1] ?? 1]], ([x, scale]) => {
          const [y, mean, variance] = batchNormTraining(x, { scale, bias: scale }, 1e-5);
          return [y, mean, variance, ...gradients(weighted(y), [x, scale])];
        }));
});

test("ONNX Runtime's blocked operators do what the recipes rely on", async (context) => {
  const operators: readonly Operator[] = loweringOperators;
  const block = await nodeDriver.channelBlock('cpu');
  if (block === undefined) return context.skip('no blocked layout on this machine');
  for (const operator of operators)
    for (const sample of operator.samples.filter(({ attributes }) => attributes.block === block))
      await agree(
        nodeDriver,
        'cpu',
        sample.inputs.map(({ shape }) => shape),
        (inputs) => apply(operator, inputs.slice(0, sample.inputs.length), sample.attributes),
      );
});

/** Runs what `build` makes of inputs of the given shapes, and compares each output with its definition. */
async function agree(
  driver: Driver,
  device: Device,
  shapes: readonly Shape[],
  build: (inputs: readonly [Value, Value]) => readonly Value[],
): Promise<void> {
  const data = shapes.map((shape, i) => drawSample({ shape }, i + 1));
  const values = shapes.map((shape, i) => input(`x${i}`, { dtype: 'float32', shape }));
  const [first, second = first] = values;
  assert.ok(first !== undefined && second !== undefined);
  const outputs = build([first, second]);
  const expected = interpret(outputs, new Map(data.map((each, i) => [`x${i}`, each])));
  const feeds = new Map(values.map((value, i) => [`x${i}`, toTensor(value, data[i] ?? new Float64Array())]));
  const actual = await runGraph(driver, device, outputs, feeds);
  actual.forEach((tensor, i) => {
    const error = worstError(tensor.data, expected[i] ?? []);
    assert.ok(error < 1e-5, `output ${i}: relative error ${error}`);
  });
}

/** A scalar that depends on every element of y differently. */
function weighted(y: Value): Value {
  return reshape(reduceSum(mul(y, constant(toTensor(y, drawSample({ shape: y.shape }, 99))))), []);
}
