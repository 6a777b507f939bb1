import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Html, html } from './html.js';

test('what is inserted is text, in content and in attributes, unless it is markup', () => {
  const name = `<script>alert("1")</script> & 'x'`;
  const { markup } =
    html`<p title="${name}">${name}${html`<b>${1}</b>`}${[new Html('<i>'), 'a<']}${undefined}</p>`;
  const escaped = '&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; &#39;x&#39;';
  assert.equal(markup, `<p title="${escaped}">${escaped}<b>1</b><i>a&#60;</p>`);
});

test('control characters, and those that turn the direction of text, are shown', () => {
  assert.equal(html`${'a\u0000b\u202ec'}`.markup, 'a\\u0000b\\u202ec');
});
