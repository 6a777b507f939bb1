import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shown } from './shown.js';

test('short plain data is shown as JSON', () => {
  for (const value of [7, 'a "word"', true, null, [1, 'two', []], { name: 'a', inner: { b: [1] } }])
    assert.equal(shown(value), JSON.stringify(value));
  assert.equal(shown(undefined), 'undefined');
  assert.equal(shown(Number.NaN), 'NaN');
  assert.equal(shown([Number.POSITIVE_INFINITY, 3n]), '[Infinity,3]');
  assert.equal(shown({ given: 1, missing: undefined }), '{"given":1}');
});

test('anything else by its kind', () => {
  assert.equal(
    shown(() => {}),
    'a function',
  );
  assert.equal(shown(Symbol('x')), 'a symbol');
  assert.equal(shown(new Float32Array(3)), 'of the type Float32Array');
  assert.equal(shown(new ArrayBuffer(3)), 'of the type ArrayBuffer');
  assert.equal(shown(new URL('file:///a.png')), 'of the type URL');
  assert.equal(shown(new Blob(['x'])), 'of the type Blob');
  assert.equal(
    shown({ data: new Uint8Array(12), from: new URL('file:///a.png'), use() {} }),
    '{"data":Uint8Array of 12 bytes,"from":URL,"use":function}',
  );
  assert.equal(shown(Object.create(null)), '{}');
});

test('what is long is cut, and what contains itself ends', () => {
  const endless: unknown[] = [];
  endless.push(endless, endless);
  assert.equal(shown([[[[1]]]]), '[[[...]]]');
  assert.equal(shown(Array.from({ length: 1000 }, (_, i) => i)), '[0,1,2,3,4,5,6,7,8,9,...]');
  for (const long of ['x'.repeat(1e6), { ['k'.repeat(1e6)]: 1 }, Array(1e6).fill('word'), endless, [endless]])
    assert.ok(shown(long).length < 250, shown(long));
});
