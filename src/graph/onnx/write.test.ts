import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { at } from '../../errors.js';
import type { Driver } from '../../runtime/driver.js';
import { nodeDriver } from '../../runtime/node.js';
import { webDriver } from '../../runtime/web.js';
import { split } from '../operators/split.js';
import { float32 } from '../tensor.js';
import { input } from '../value.js';

const drivers: readonly (readonly [Driver, 'cpu' | 'wasm'])[] = [
  [nodeDriver, 'cpu'],
  [webDriver, 'wasm'],
];

for (const [driver, device] of drivers)
  for (const used of [[0], [1], [2], [2, 0]])
    test(`${driver.name}: of the pieces of a split, ${used.join(' and ')} alone may be used`, async () => {
      const x = float32([2, 3], [1, 2, 3, 4, 5, 6]);
      const pieces = split(input('x', x), 1, 3);
      const results = await runGraph(
        driver,
        device,
        used.map((i) => at(pieces, i)),
        new Map([['x', x]]),
      );
      assert.deepEqual(
        results.map(({ data }) => [...data]),
        used.map((i) => [1 + i, 4 + i]),
      );
    });
