import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verbatim } from './markdown.js';

test('names are shown as they are, whatever Markdown they look like', () => {
  assert.equal(verbatim('*daisy*'), '`*daisy*`');
  assert.equal(verbatim('a `b` c'), '`` a `b` c ``');
  assert.equal(verbatim('``'), '``` `` ```');
  assert.equal(verbatim('two\nlines'), '`two lines`');
});
