import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGraph } from '../../test/helpers/run-graph.js';
import { float32 } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { nodeDriver } from '../runtime/node.js';
import { reverseRows } from './reversed-kernel.js';

for (const size of [1, 2, 1024, 1025])
  test(`rows of ${size} elements are reversed`, async () => {
    const rows = [0, 1].map((row) => Array.from({ length: size }, (_, i) => row * size + i));
    const x = float32([2, size], rows.flat());
    const [reversed] = await runGraph(nodeDriver, 'cpu', [reverseRows(input('x', x))], new Map([['x', x]]));
    assert.deepEqual(
      [...(reversed?.data ?? [])],
      rows.flatMap((row) => row.toReversed()),
    );
  });
