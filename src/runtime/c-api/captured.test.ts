import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noSoftwareVulkan, softwareVulkan } from '../../../test/helpers/software-vulkan.js';
import { writeOnnx } from '../../graph/onnx/write.js';
import { add } from '../../graph/operators/add.js';
import { matmul } from '../../graph/operators/matmul.js';
import { float32, type Tensor, zeros } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { CapturedSession } from '../captured-session.js';
import type { DeviceMemory, Held } from '../device-memory.js';
import { cApiDriver } from '../node.js';
import { cApi } from './runtime.js';
import { createBoundSession } from './session.js';

const skip = noSoftwareVulkan;
// From the next session of this process on.
Object.assign(process.env, softwareVulkan);

const type = { dtype: 'float32', shape: [2, 2] } as const;
const [x, w] = [input('x', type), input('w', type)];
const next = add(matmul(x, w), w);
const model = writeOnnx(
  {
    outputs: new Map([
      ['next', next],
      ['y', matmul(next, x)],
    ]),
  },
  'webgpu',
);

async function open(captures: boolean) {
  const runtime = await cApi();
  assert.ok(!(runtime instanceof Error));
  return createBoundSession(runtime, model, { device: 'webgpu', captures });
}

async function memoryOfWebGpu(): Promise<DeviceMemory> {
  const memory = await cApiDriver.memory('webgpu');
  assert.ok(memory !== undefined);
  return memory;
}

async function read(memory: DeviceMemory, tensor: Held): Promise<number[]> {
  const host = zeros('float32', [2, 2]);
  await memory.copy([tensor], [host]);
  return [...host.data];
}

const product = (
  [a = 0, b = 0, c = 0, d = 0]: readonly number[],
  [e = 0, f = 0, g = 0, h = 0]: readonly number[],
) => [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];

/** The entries are small whole numbers, so that products are exact. */
const fed = (step: number): Tensor<'float32'> => float32([2, 2], [step % 3, 1, -1, step % 2]);

for (const captures of [true, false])
  test(`steps ${captures ? 'that are captured' : 'with their tensors on the device'} compute what they are fed`, {
    skip,
  }, async () => {
    const memory = await memoryOfWebGpu();
    const opened: boolean[] = [];
    const session = await CapturedSession.open(
      async (asked) => {
        opened.push(asked);
        return open(asked && captures);
      },
      { memory, say: (text) => assert.fail(text) },
    );
    let [current, after] = [memory.allocate(type), memory.allocate(type)];
    let state = [1, 0, 0, 1];
    await memory.copy([float32([2, 2], state)], [current]);
    const y = zeros('float32', [2, 2]);
    for (let step = 0; step < 9; step++) {
      const batch = fed(step);
      const feeds = new Map<string, Held>([
        ['x', batch],
        ['w', current],
      ]);
      await session.run(
        feeds,
        new Map<string, Held>([
          ['next', after],
          ['y', y],
        ]),
      );
      state = product([...batch.data], state).map((value, i) => value + (state[i] ?? 0));
      [current, after] = [after, current];
      assert.deepEqual([...y.data], product(state, [...batch.data]), `step ${step}`);
      assert.deepEqual(await read(memory, current), state, `step ${step}`);
    }
    assert.deepEqual(opened, [true]);
    await session.release();
    for (const tensor of [current, after]) tensor.release();
  });

test('what is captured is replayed into the tensors that it was captured with', { skip }, async () => {
  const memory = await memoryOfWebGpu();
  const session = await open(true);
  const tensors = () => {
    const [a, b, c, d] = [
      memory.allocate(type),
      memory.allocate(type),
      memory.allocate(type),
      memory.allocate(type),
    ];
    return {
      feeds: new Map<string, Held>([
        ['x', a],
        ['w', b],
      ]),
      fetches: new Map<string, Held>([
        ['next', c],
        ['y', d],
      ]),
      c,
    };
  };
  const [first, second] = [tensors(), tensors()];
  const identity = float32([2, 2], [1, 0, 0, 1]);
  for (const { feeds, c } of [first, second])
    await memory.copy([identity, identity, zeros('float32', [2, 2])], [...feeds.values(), c]);
  for (let run = 0; run < 3; run++) await session.run(first.feeds, first.fetches, 1);
  assert.deepEqual(await read(memory, first.c), [2, 0, 0, 2]);
  await memory.copy([zeros('float32', [2, 2])], [first.c]);
  // Given others under the same number, a run would write to them; a replay does not.
  await session.run(second.feeds, second.fetches, 1);
  assert.deepEqual(await read(memory, first.c), [2, 0, 0, 2]);
  assert.deepEqual(await read(memory, second.c), [0, 0, 0, 0]);
  // Without a number, it is no replay.
  await session.run(second.feeds, second.fetches);
  assert.deepEqual(await read(memory, second.c), [2, 0, 0, 2]);
  await session.release();
});
