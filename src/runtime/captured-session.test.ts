import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../errors.js';
import { float32, type TensorType, zeros } from '../graph/tensor.js';
import { CapturedSession, type CapturingSession } from './captured-session.js';
import type { DeviceMemory, DeviceTensor, Held } from './device-memory.js';

/** Memory of a pretended device: numbers by tensor. */
class PretendedMemory implements DeviceMemory {
  readonly contents = new Map<Held, Float32Array>();
  copies = 0;

  allocate({ dtype, shape }: TensorType): DeviceTensor {
    const tensor: DeviceTensor = { dtype, shape, release: () => void this.contents.delete(tensor) };
    this.contents.set(tensor, new Float32Array(1));
    return tensor;
  }

  async copy(from: readonly Held[], to: readonly Held[]): Promise<void> {
    this.copies += 1;
    for (const [i, source] of from.entries()) {
      const target = to[i];
      assert.ok(target !== undefined);
      const values = source.data instanceof Float32Array ? source.data : this.at(source);
      if (target.data instanceof Float32Array) target.data.set(values);
      else this.at(target).set(values);
    }
  }

  at(tensor: Held | undefined): Float32Array {
    const found = tensor && this.contents.get(tensor);
    assert.ok(found !== undefined, 'a tensor of this device');
    return found;
  }
}

/** Computes next = w + x and y = next * x, and replays what a graph captured, whatever it is given. */
class PretendedSession implements CapturingSession {
  readonly inputNames = ['x', 'w'];
  readonly outputNames = ['y', 'next'];
  readonly graphs: (number | undefined)[] = [];
  isReleased = false;
  readonly #memory: PretendedMemory;
  readonly #captured = new Map<number, () => void>();
  readonly #failsAt: number | undefined;

  constructor(memory: PretendedMemory, failsAt?: number) {
    this.#memory = memory;
    this.#failsAt = failsAt;
  }

  async run(
    feeds: ReadonlyMap<string, Held>,
    fetches: ReadonlyMap<string, Held>,
    graph?: number,
  ): Promise<void> {
    if (graph !== undefined && graph === this.#failsAt)
      throw new Error('operation not permitted when capturing');
    this.graphs.push(graph);
    const [x, w] = ['x', 'w'].map((name) => this.#memory.at(feeds.get(name)));
    const [y, next] = ['y', 'next'].map((name) => this.#memory.at(fetches.get(name)));
    assert.ok(x && w && y && next);
    const step = () => {
      next[0] = (w[0] ?? 0) + (x[0] ?? 0);
      y[0] = next[0] * (x[0] ?? 0);
    };
    const replayed = graph === undefined ? step : (this.#captured.get(graph) ?? step);
    if (graph !== undefined) this.#captured.set(graph, replayed);
    replayed();
  }

  async release(): Promise<void> {
    this.isReleased = true;
  }
}

const one = (value: number) => float32([1], [value]);

/** Steps with a state in two tensors that swap; the sums are compared with plain arithmetic. */
async function steps(session: CapturedSession, memory: PretendedMemory, count: number) {
  let [current, next] = [memory.allocate(one(0)), memory.allocate(one(0))];
  let sum = 0;
  for (let i = 1; i <= count; i++) {
    const y = zeros('float32', [1]);
    const feeds = new Map<string, Held>([
      ['x', one(i)],
      ['w', current],
    ]);
    const fetches = new Map<string, Held>([
      ['y', y],
      ['next', next],
    ]);
    await session.run(feeds, fetches);
    [current, next] = [next, current];
    sum += i;
    assert.deepEqual([...memory.at(current), ...y.data], [sum, sum * i]);
  }
  for (const tensor of [current, next]) tensor.release();
}

test("a state's two directions are captured when they come again, and replayed with what is fed anew", async () => {
  const memory = new PretendedMemory();
  const made: PretendedSession[] = [];
  const open = async (captures: boolean) => {
    assert.ok(captures);
    const session = new PretendedSession(memory);
    made.push(session);
    return session;
  };
  const said: string[] = [];
  const session = await CapturedSession.open(open, { memory, say: (text) => said.push(text) });
  await steps(session, memory, 7);
  assert.deepEqual(made[0]?.graphs, [undefined, undefined, 1, 2, 1, 2, 1]);
  assert.equal(memory.copies, 14, 'once up and once down with each step');
  assert.deepEqual(said, []);

  // Another state has other tensors: they are captured, too, until there are enough.
  await steps(session, memory, 4);
  await steps(session, memory, 4);
  assert.deepEqual(made[0]?.graphs.slice(7), [
    ...[undefined, undefined, 3, 4],
    ...[undefined, undefined, undefined, undefined],
  ]);
  await session.release();
  assert.ok(made[0]?.isReleased);
  assert.equal(memory.contents.size, 0);
});

test('where a graph cannot be captured, it goes on without, says so once, and nothing is lost', async () => {
  const memory = new PretendedMemory();
  const made: PretendedSession[] = [];
  const open = async (captures: boolean) => {
    const session = new PretendedSession(memory, captures ? 2 : undefined);
    made.push(session);
    return session;
  };
  const said: string[] = [];
  const session = await CapturedSession.open(open, { memory, say: (text) => said.push(text) });
  await steps(session, memory, 7);
  assert.deepEqual(
    made.map(({ graphs }) => graphs),
    [
      [undefined, undefined, 1],
      [undefined, undefined, undefined, undefined],
    ],
  );
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /cannot be captured as a graph: operation not permitted when capturing$/);
  assert.ok(made[0]?.isReleased);
  await session.release();
  assert.ok(made[1]?.isReleased);
});

test('a session that captures nothing is replaced by one that does not try; another error is thrown', async () => {
  const memory = new PretendedMemory();
  const refused = new AdarandError('runtime.failed', 'nodes on the CPU');
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const open = async (captures: boolean) => {
    if (captures) throw refused;
    return new PretendedSession(memory);
  };
  const session = await CapturedSession.open(open, { memory, say });
  await steps(session, memory, 3);
  assert.match(said.join(), /nodes on the CPU$/);
  const broken = () => Promise.reject(refused);
  await assert.rejects(CapturedSession.open(broken, { memory, say }), refused);
  assert.equal(said.length, 1);
});
