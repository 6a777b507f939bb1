import assert from 'node:assert/strict';
import { test } from 'node:test';
import { devices } from '../../src/graph/device.js';
import { operators } from '../../src/graph/operators/index.js';
import { describeMachine } from '../../src/run/folder/describe-machine.js';
import { isLowered, readRecord } from './record.js';

const { onnxruntime, operators: recorded } = readRecord();

test('the record is of exactly the registered operators, and of three devices or more; if not, `npm run results:devices`', () => {
  assert.deepEqual(
    Object.keys(recorded),
    operators.map(({ name }) => name),
  );
  for (const [name, ways] of Object.entries(recorded))
    for (const device of ['cpu', 'wasm', 'webgpu'] as const) assert.ok(ways[device], `${name} on ${device}`);
});

test('the record is of the ONNX Runtime that is installed', () => {
  assert.equal(onnxruntime, describeMachine().versions['onnxruntime-node']);
});

test('what is recorded as lowered is what has rules', () => {
  for (const operator of operators)
    for (const device of devices) {
      const way = recorded[operator.name]?.[device];
      if (way === undefined) continue;
      assert.equal(way === 'lowered', isLowered(operator, device), `${operator.name} on ${device}`);
    }
});
