import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../graph/tensor.js';
import { inverseTemperature } from './temperature-scaling.js';

const logits = (rows: readonly (readonly number[])[]) =>
  float32([rows.length, rows[0]?.length ?? 0], rows.flat());

test('two classes with a margin of 1, right three times of four: s = log 3, and 1 / c of it for a margin of c', async () => {
  for (const margin of [1, 1e-3, 50]) {
    const s = await inverseTemperature(
      logits([0, 1, 2, 3].map(() => [margin, 0])),
      Int32Array.of(0, 0, 0, 1),
    );
    assert.ok(Math.abs(s * Math.fround(margin) - Math.log(3)) < 1e-6, `${s}`);
  }
});

test('logits that are the log-probabilities of what happens are left alone', async () => {
  const p = [0.5, 0.25, 0.25];
  const s = await inverseTemperature(
    logits([0, 1, 2, 3].map(() => p.map(Math.log))),
    Int32Array.of(0, 0, 1, 2),
  );
  assert.ok(Math.abs(s - 1) < 1e-6);
});

test('always right, never right, nothing to tell: finite and positive', async () => {
  const right = await inverseTemperature(
    logits([
      [1, 0, 0],
      [0, 2, 0],
    ]),
    Int32Array.of(0, 1),
  );
  const wrong = await inverseTemperature(
    logits([
      [0, 1],
      [1, 0],
    ]),
    Int32Array.of(0, 1),
  );
  const equal = await inverseTemperature(
    logits([
      [3, 3],
      [0, 0],
    ]),
    Int32Array.of(0, 1),
  );
  assert.ok(right > 10 && Number.isFinite(right), `${right}`);
  assert.ok(wrong > 0 && wrong < 1e-6, `${wrong}`);
  assert.ok(equal > 0 && Number.isFinite(equal));
});
