import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32, type TensorType } from '../graph/tensor.js';
import { type DeviceMemory, type DeviceTensor, type Held, hostTensor } from './device-memory.js';
import { State } from './state.js';

const numbers = (state: State, name: string) => Array.from(state.get(name).data, Number);

test('what is given to a state is read without a copy, and never written to', () => {
  const given = float32([2], [1, 2]);
  const state = new State();
  state.add('w', given);
  assert.equal(state.get('w'), given);
  for (const value of [3, 4, 5]) {
    const next = hostTensor(state.next('w'));
    assert.notEqual(next.data, given.data);
    assert.ok(next.dtype === 'float32');
    next.data.fill(value);
    state.swap(['w']);
    assert.deepEqual(numbers(state, 'w'), [value, value]);
  }
  assert.deepEqual([...given.data], [1, 2]);
});

test('a state that is set anew leaves what was given as it is', () => {
  const given = float32([2], [1, 2]);
  const state = new State();
  state.add('w', given);
  state.set('w', float32([2], [7, 8]));
  assert.deepEqual(numbers(state, 'w'), [7, 8]);
  assert.deepEqual([...given.data], [1, 2]);
});

test('a type alone is zeros; what is updated has two buffers', () => {
  const state = new State();
  state.add('slot', { dtype: 'float32', shape: [3] });
  assert.deepEqual(numbers(state, 'slot'), [0, 0, 0]);
  assert.equal(state.bytesOf(['slot']), 12);
  const [before, next] = [state.current('slot'), state.next('slot')];
  state.swap(['slot']);
  assert.equal(state.current('slot'), next);
  state.swap(['slot']);
  assert.equal(state.current('slot'), before);
});

/** A device whose tensors are what the test says they are, and which counts what crosses the bus. */
class PretendedMemory implements DeviceMemory {
  readonly contents = new Map<Held, Float32Array>();
  crossed = 0;

  allocate(type: TensorType): DeviceTensor {
    const tensor = { ...type, release: () => void this.contents.delete(tensor) };
    this.contents.set(tensor, new Float32Array(2).fill(Number.NaN));
    return tensor;
  }

  async copy(from: readonly Held[], to: readonly Held[]): Promise<void> {
    for (const [i, source] of from.entries()) {
      const target = to[i];
      assert.ok(target !== undefined);
      this.crossed += 1;
      const values = source.data === undefined ? this.contents.get(source) : source.data;
      assert.ok(values instanceof Float32Array);
      if (target.data instanceof Float32Array) target.data.set(values);
      else this.contents.set(target, values.slice());
    }
  }

  /** What a run does: it reads and writes tensors of the device. */
  run(state: State, name: string, change: (value: number) => number): void {
    const read = this.contents.get(state.current(name));
    assert.ok(read !== undefined);
    this.contents.set(state.next(name), read.map(change));
    state.swap([name]);
  }
}

test('tensors cross the bus when they are set and when they are read, and never in between', async () => {
  const memory = new PretendedMemory();
  const state = new State(memory);
  const given = float32([2], [1, 2]);
  state.add('w', given);
  state.add('kept', float32([2], [5, 6]));
  assert.throws(() => state.current('w'), /not on the device yet/);
  for (let step = 0; step < 5; step++) {
    await state.place(['w']);
    memory.run(state, 'w', (value) => 2 * value);
  }
  assert.equal(memory.crossed, 1);
  assert.throws(() => state.get('w'), /w is on the device alone/);
  const numbersOf = async () =>
    [...(await state.read())].map(([name, { data }]) => [name, ...Array.from(data, Number)]);
  const expected = [
    ['w', 32, 64],
    ['kept', 5, 6],
  ];
  assert.deepEqual(await numbersOf(), expected);
  assert.deepEqual(await numbersOf(), expected);
  assert.equal(memory.crossed, 2, 'once up and once down; what no program reads stays');
  assert.deepEqual([...given.data], [1, 2]);

  state.set('w', float32([2], [-1, 0]));
  assert.deepEqual(numbers(state, 'w'), [-1, 0]);
  await state.place(['w', 'kept']);
  memory.run(state, 'w', (value) => value + 1);
  assert.deepEqual(await numbersOf(), [
    ['w', 0, 1],
    ['kept', 5, 6],
  ]);
  assert.equal(memory.crossed, 5);
  assert.equal(memory.contents.size, 3);
  state.release();
  assert.equal(memory.contents.size, 0);
});
