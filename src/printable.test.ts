import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson, printableName } from './printable.js';

test('text keeps its lines, and nothing that steers a terminal', () => {
  assert.equal(printable('a\n\tb \u00e9\u4e2d\u{1f600}'), 'a\n\tb \u00e9\u4e2d\u{1f600}');
  assert.equal(printable('\u001b[31m\r\u0007\u007f\u009b'), '\\u001b[31m\\r\\u0007\\u007f\\u009b');
  assert.equal(printable('\u202egnp.\u2066'), '\\u202egnp.\\u2066');
});

test('a name is one line', () => {
  assert.equal(printableName('a\nerror: b\t\u2028'), 'a\\nerror: b\\t\\u2028');
});

test('JSON means the same', () => {
  const value = { name: 'a\n\u009b5m\u202e"\\\u007f' };
  const json = printableJson(JSON.stringify(value));
  assert.match(json, /^[ -~]*$/);
  assert.deepEqual(JSON.parse(json), value);
});
