import { AdarandError } from '../errors.js';
import { writeOnnx } from '../graph/onnx/write.js';
import { float32, zeros } from '../graph/tensor.js';
import { apply, input } from '../graph/value.js';
import { BlockChannels } from '../lowering/operators/block-channels.js';
import type { Session } from './driver.js';

const CHANNELS = 64;

/** Of ONNX Runtime, in the model that lays out the numbers. */
const OPERATOR = 'ReorderInput';

/**
 * Measures how many channels ONNX Runtime's blocked layout groups on this machine, by letting it lay out numbers that
 * count up: two pixels of 64 channels, channel c holding 2c and 2c + 1. In memory, pixel 1 of channel 0 comes right
 * after the first block of channels. `undefined` where the layout does not exist.
 *
 * @throws AdarandError where something else goes wrong, as `createSession` and `run` do.
 */
export async function measureChannelBlock(
  createSession: (model: Uint8Array) => Promise<Session>,
): Promise<number | undefined> {
  const shape = [1, CHANNELS, 1, 2];
  const x = input('x', { dtype: 'float32', shape });
  const model = writeOnnx({ outputs: new Map([['y', apply(BlockChannels, [x], { block: 1 })[0]]]) }, 'cpu');
  const counting = float32(
    shape,
    Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i),
  );
  const y = zeros('float32', shape);
  const session = await createSession(model).catch((error: unknown) => {
    if (isWithoutLayout(error)) return undefined;
    throw error;
  });
  if (session === undefined) return undefined;
  try {
    await session.run(new Map([['x', counting]]), new Map([['y', y]]));
  } finally {
    await session.release();
  }
  const block = y.data.indexOf(1);
  return block === 8 || block === 16 ? block : undefined;
}

/** Where the processor has no such layout, ONNX Runtime does not know the operator, and says so by its name. */
function isWithoutLayout(error: unknown): boolean {
  return error instanceof AdarandError && error.code === 'runtime.failed' && error.message.includes(OPERATOR);
}
