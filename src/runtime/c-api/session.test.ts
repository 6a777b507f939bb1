import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeOnnx } from '../../graph/onnx/write.js';
import { abs } from '../../graph/operators/abs.js';
import { concat } from '../../graph/operators/concat.js';
import { matmul } from '../../graph/operators/matmul.js';
import { float32, int32, type Shape, type Tensor, zeros } from '../../graph/tensor.js';
import { input, type Value } from '../../graph/value.js';
import { methods } from '../../methods/index.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import { schedules } from '../../optimizers/schedules.js';
import { sgd } from '../../optimizers/sgd.js';
import { newHead } from '../../training/new-head.js';
import { sameRates } from '../../training/rate-factors.js';
import { buildStep } from '../../training/step-graph.js';
import { Stepper } from '../../training/stepper.js';
import type { Driver } from '../driver.js';
import { bindingDriver, cApiDriver } from '../node.js';

/** Runs a graph of one output once. */
async function compute(output: Value, feeds: Readonly<Record<string, Tensor>>): Promise<number[]> {
  const model = writeOnnx({ outputs: new Map([['résultat', output]]) }, 'cpu');
  const session = await cApiDriver.createSession(model, { device: 'cpu', threads: 1 });
  const result = zeros(output.dtype, output.shape);
  await session.run(new Map(Object.entries(feeds)), new Map([['résultat', result]]));
  await session.release();
  return Array.from(result.data, Number);
}

test('values of every element type come back', async () => {
  const pairs: readonly (readonly [Tensor, Tensor, readonly number[]])[] = [
    [float32([2], [1.5, -2]), float32([1], [3]), [1.5, -2, 3]],
    [int32([2], [7, -8]), int32([1], [9]), [7, -8, 9]],
    [
      { dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 255) },
      { dtype: 'uint8', shape: [1], data: Uint8Array.of(3) },
      [0, 255, 3],
    ],
    [
      { dtype: 'int64', shape: [2], data: BigInt64Array.of(-5n, 1n << 40n) },
      { dtype: 'int64', shape: [1], data: BigInt64Array.of(2n) },
      [-5, 2 ** 40, 2],
    ],
    [
      { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) },
      { dtype: 'bool', shape: [1], data: Uint8Array.of(1) },
      [0, 1, 1],
    ],
  ];
  for (const [a, b, expected] of pairs)
    assert.deepEqual(await compute(concat([input('a', a), input('b', b)], 0), { a, b }), expected);
});

test('scalars, a part of a larger buffer, and tensors without elements', async () => {
  const scalar = float32([], [-2.5]);
  assert.deepEqual(await compute(abs(input('x', scalar)), { x: scalar }), [2.5]);
  const part = float32([3], new Float32Array([9, 9, -1, -2, -3, 9]).subarray(2, 5));
  assert.deepEqual(await compute(abs(input('x', part)), { x: part }), [1, 2, 3]);
  const [none, one] = [float32([0], []), float32([1], [4])];
  const both = concat([input('none', none), input('one', one)], 0);
  assert.deepEqual(await compute(both, { none, one }), [4]);
});

test('a buffer of another length than its shape says is refused, not read', async () => {
  const x: Tensor = { dtype: 'float32', shape: [1000], data: new Float32Array(2) };
  await assert.rejects(compute(abs(input('x', x)), { x }), /8 bytes for float32 \[1000\]/);
});

test('an input that is not fed, and one that there is not, are errors', async () => {
  const x = float32([1], [1]);
  const sum = concat([input('a', x), input('b', x)], 0);
  const failed = { code: 'runtime.failed' };
  await assert.rejects(compute(sum, { a: x }), { ...failed, message: /could not run the network: .*b/ });
  await assert.rejects(compute(sum, { a: x, b: x, c: x }), { ...failed, message: /called c$/ });
});

test('other work goes on during a run, and a session that runs is released after it', async () => {
  const size: Shape = [400, 400];
  const product = matmul(input('x', zeros('float32', size)), input('x', zeros('float32', size)));
  const model = writeOnnx({ outputs: new Map([['y', product]]) }, 'cpu');
  const session = await cApiDriver.createSession(model, { device: 'cpu', threads: 1 });
  const events: string[] = [];
  const x = float32(size, new Float32Array(160_000).fill(1));
  const y = zeros('float32', size);
  const run = session.run(new Map([['x', x]]), new Map([['y', y]])).then(() => events.push('run'));
  queueMicrotask(() => events.push('other work'));
  await Promise.all([run, session.release().then(() => events.push('released'))]);
  assert.deepEqual(events, ['other work', 'run', 'released']);
  assert.ok(y.data.every((element) => element === 400));
});

test('training steps have the same bits by the C API and by the Node binding', async () => {
  const [byCApi, byBinding] = [await stepsBy(cApiDriver), await stepsBy(bindingDriver)];
  assert.ok(byCApi.size > 60);
  for (const [name, data] of byCApi) assert.deepEqual(data, byBinding.get(name), name);
});

/** The state after three steps: batch normalisation, noise, a method with a bank, averages, clipped gradients. */
async function stepsBy(driver: Driver): Promise<ReadonlyMap<string, Tensor['data']>> {
  const network = cifarResNet(8, { seed: 1 });
  const shape = { batchSize: 4, imageSize: 16, classes: 3, accumulate: 1 };
  const graph = buildStep({
    ...shape,
    network,
    head: newHead(network.featureSize, 3, 1),
    method: methods['core-tuning'].bind({}),
    lambda: 1,
    statistics: undefined,
    optimizer: sgd(),
    learningRate: 0.01,
    schedule: schedules.cosine,
    weightDecay: 1e-4,
    rateFactors: sameRates(network, 0.5),
    emaDecay: 0.9,
    clipGradNorm: 1,
    batchNorm: 'train',
  });
  const stepper = await Stepper.compile(graph, shape, { driver, device: 'cpu', threads: 2 });
  for (let batch = 0; batch < 3; batch++) {
    const pixels = Uint8Array.from({ length: 4 * 16 * 16 * 3 }, (_, i) => (i * 37 + batch * 101) % 256);
    const labels = Int32Array.of(0, 1, 2, batch % 3);
    await stepper.step({ pixels, labels, count: 4 }, { batch, batchesPerEpoch: 3, totalBatches: 3 }, 5);
  }
  const state = await stepper.state.read();
  await stepper.release();
  return new Map([...state].map(([name, { data }]) => [name, data]));
}
