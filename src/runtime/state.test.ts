import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../graph/tensor.js';
import { State } from './state.js';

const numbers = (state: State, name: string) => Array.from(state.get(name).data, Number);

test('what is given to a state is read without a copy, and never written to', () => {
  const given = float32([2], [1, 2]);
  const state = new State();
  state.add('w', given);
  assert.equal(state.get('w'), given);
  for (const value of [3, 4, 5]) {
    const next = state.next('w');
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
  assert.equal(state.bytes, 12);
  state.next('slot');
  state.swap(['slot']);
  assert.equal(state.bytes, 24);
});
