import type { Device } from '../../src/graph/device.js';
import { writeOnnx } from '../../src/graph/onnx/write.js';
import { simplify } from '../../src/graph/simplify.js';
import { type Tensor, zeros } from '../../src/graph/tensor.js';
import type { Value } from '../../src/graph/value.js';
import { lower } from '../../src/lowering/lower.js';
import type { Driver } from '../../src/runtime/driver.js';

/** Lowers, simplifies, writes and runs a graph once. */
export async function runGraph(
  driver: Driver,
  device: Device,
  outputs: readonly Value[],
  feeds: ReadonlyMap<string, Tensor>,
): Promise<Tensor[]> {
  const target = { device, channelBlock: await driver.channelBlock(device) };
  const final = simplify(lower(outputs, target));
  const named = new Map(final.map((value, i) => [`output${i}`, value]));
  const options = { device, threads: 1, lowered: true };
  const session = await driver.createSession(writeOnnx({ outputs: named }, device), options);
  const fetches = new Map(final.map((value, i) => [`output${i}`, zeros(value.dtype, value.shape)]));
  const needed = new Map([...feeds].filter(([name]) => session.inputNames.includes(name)));
  await session.run(needed, fetches);
  await session.release();
  return [...fetches.values()];
}
