import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatisticsCollector } from './statistics.js';

test('means and deviations are those of the features; a class of one image has the overall ones', () => {
  const collector = new StatisticsCollector(2, 1);
  collector.add(Float32Array.of(1, 3, 8, 99), Int32Array.of(0, 0, 1, 0), 3);
  const { perClass, overall, meanSquare } = collector.finish();
  assert.deepEqual([...perClass.mean.data], [2, 4]);
  assert.equal(perClass.std.data[0], 1);
  assert.deepEqual([...overall.mean.data], [4]);
  assert.ok(Math.abs(meanSquare - (1 + 9 + 64) / 3) < 1e-5, `${meanSquare}`);
});

test('there are none of features that nobody has seen', () => {
  const collector = new StatisticsCollector(2, 3);
  assert.throws(() => collector.finish(), /no features were collected/);
  collector.add(new Float32Array(3), Int32Array.of(0), 0);
  assert.throws(() => collector.finish(), /no features were collected/);
});
