import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edges, heightWidth, lastAxis, lastTwo, matrix, nchw, vector } from './shapes.js';

test('readers return the shape as a tuple', () => {
  assert.deepEqual(nchw([2, 3, 4, 5]), [2, 3, 4, 5]);
  assert.deepEqual(matrix([2, 3]), [2, 3]);
  assert.deepEqual(vector([0]), [0]);
  assert.deepEqual(lastTwo([7, 2, 3]), [2, 3]);
  assert.equal(lastAxis([2, 3]), 3);
  assert.deepEqual(heightWidth([1, 2]), [1, 2]);
  assert.deepEqual(edges([0, 1, 2, 3]), [0, 1, 2, 3]);
});

test('other ranks are refused, by the name of what has the shape', () => {
  for (const [read, shapes, message] of [
    [nchw, [[], [2, 3, 4], [1, 2, 3, 4, 5]], /^w \[.*\] is not of four axes \[N,C,H,W\]$/],
    [matrix, [[2], [2, 3, 4]], /^w \[.*\] is not a matrix \[rows, columns\]$/],
    [vector, [[], [2, 3]], /^w \[.*\] is not a vector \[size\]$/],
    [lastTwo, [[], [2]], /^w \[.*\] is not of two or more axes/],
    [lastAxis, [[]], /^w \[\] is not of one or more axes/],
    [heightWidth, [[1], [1, 2, 3], [1, 0.5]], /^w \[.*\] is not two whole numbers/],
    [
      edges,
      [
        [1, 2],
        [1, 2, 3, 4, 5],
        [0, 0, 0, 0.5],
      ],
      /^w \[.*\] is not four whole numbers/,
    ],
  ] as const)
    for (const shape of shapes)
      assert.throws(() => read(shape, 'w'), { code: 'graph.shape', message }, `${read.name} [${shape}]`);
});
