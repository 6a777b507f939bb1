import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, mul, scalar, stopGradient } from '../graph/ops.js';
import { input } from '../graph/value.js';
import { withoutEffect } from './without-effect.js';

const weight = input('weight', { dtype: 'float32', shape: [] });
const frozen = input('frozen', { dtype: 'float32', shape: [] });
const held = mul(weight, weight);
const idle = mul(frozen, scalar(2));

test('a loss of what is trained has an effect, one of what is frozen has none', () => {
  assert.deepEqual(withoutEffect('bss', { penalty: held, extraLoss: idle }, [weight]), [
    'the extra loss of bss',
  ]);
  assert.deepEqual(withoutEffect('bss', { penalty: held }, [weight]), []);
  assert.deepEqual(withoutEffect('bss', {}, [weight]), []);
});

test('a loss that no gradient leaves has none, though it depends on what is trained', () => {
  assert.deepEqual(withoutEffect('mine', { penalty: stopGradient(held) }, [weight]), ['the penalty of mine']);
  assert.deepEqual(withoutEffect('mine', { penalty: mul(stopGradient(held), held) }, [weight]), []);
  assert.deepEqual(withoutEffect('mine', { extraLoss: add(stopGradient(held), idle) }, [weight]), [
    'the extra loss of mine',
  ]);
});

test('each method of a combination is named by itself', () => {
  const parts = new Map([
    ['bss', { penalty: held }],
    ['delta', { penalty: idle, extraLoss: held }],
  ]);
  const together = { penalty: mul(held, idle), extraLoss: held, parts };
  assert.deepEqual(withoutEffect('bss+delta', together, [weight]), ['the penalty of delta']);
});
