import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replaceBlock } from './block.js';

test('only what is between the markers is replaced, by the text as it is', () => {
  const document = 'a\n<!-- x -->\nold\n<!-- end -->\nb\n<!-- y -->\nother\n<!-- end -->\n';
  assert.equal(
    replaceBlock(document, 'x', 'costs $& 1'),
    'a\n<!-- x -->\ncosts $& 1\n<!-- end -->\nb\n<!-- y -->\nother\n<!-- end -->\n',
  );
  assert.throws(() => replaceBlock(document, 'z', ''), { code: 'docs.no-block' });
  assert.throws(() => replaceBlock('<!-- x -->\n', 'x', ''), { code: 'docs.no-block' });
});

test('an empty part is filled, and the next one stays', () => {
  const document = '<!-- x -->\n<!-- end -->\nb\n<!-- y -->\nother\n<!-- end -->\n';
  const filled = '<!-- x -->\nnew\n<!-- end -->\nb\n<!-- y -->\nother\n<!-- end -->\n';
  assert.equal(replaceBlock(document, 'x', 'new'), filled);
});
