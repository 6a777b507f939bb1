import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { lastEvents, metricsEvent } from './event.js';
import { taggedMetrics } from './tags.js';

const golden = readGolden('tensorboard', z.object({ line: z.string(), end: z.string() }));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test("the records are byte for byte those of TensorBoard's own code", () => {
  const line = { type: 'step', epoch: 1, step: 12, loss: 0.1, accuracy: 1 } as const;
  assert.equal(hex(metricsEvent({ ...line, unix_seconds: 1700000000.25 }, 5)), golden.line);
  assert.equal(hex(metricsEvent(line, 1700000000.25)), golden.line);
  const summary = { steps: 300, test_accuracy: 0.9, test_balanced_accuracy: 0.875, test_loss: 0.3 };
  const png = Uint8Array.from({ length: 256 }, (_, i) => i);
  const picture = { tag: 'test/confusion', png, width: 200, height: 300 };
  assert.equal(hex(lastEvents(summary, [picture], 1700000100.5)), golden.end);
});

test('tags say what a number was measured on', () => {
  const place = { epoch: 2, step: 8, unix_seconds: 1700000000 };
  const tags = (line: Parameters<typeof taggedMetrics>[0]) => [...taggedMetrics(line)];
  assert.deepEqual(tags({ type: 'step', ...place, loss: 1.5, 'method.intra': 0.25 }), [
    ['train/loss', 1.5],
    ['train/method.intra', 0.25],
  ]);
  const measured = { loss: 1, val_accuracy: 0.5, validation_seconds: 2, train_entropy: 3, seconds: 4 };
  assert.deepEqual(tags({ type: 'epoch', ...place, best: true, ...measured, train_eval_accuracy: null }), [
    ['train_epoch/loss', 1],
    ['val/accuracy', 0.5],
    ['val/seconds', 2],
    ['train_eval/entropy', 3],
    ['train_epoch/seconds', 4],
  ]);
});

test('a number that single precision does not have is infinite, and ends no run', () => {
  const line = { type: 'step', epoch: 1, step: 1, learning_rate: 1e40, unix_seconds: 1700000000 } as const;
  const infinite = Buffer.from([0, 0, 0x80, 0x7f]);
  assert.ok(Buffer.from(metricsEvent(line, 0)).includes(infinite));
});
