import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKeptFor } from './kept-for.js';

const commit = '0123456789abcdef0123456789abcdef01234567';
const sha256 = 'ab'.repeat(32);
const snapshot = `/cache/models--org--net/snapshots/${commit}`;

test('contents of a repository are kept for its snapshots, and those that repositories share', () => {
  for (const folder of [snapshot, `${snapshot}/onnx`]) {
    assert.ok(isKeptFor(folder, `/cache/models--org--net/blobs/${sha256}`));
    assert.ok(isKeptFor(folder, `/cache/models--org--net/blobs/${commit}`));
    assert.ok(isKeptFor(folder, `/cache/blobs/ab/${sha256}`));
  }
});

test('nothing else is', () => {
  for (const file of [
    `/cache/models--org--other/blobs/${sha256}`,
    '/cache/models--org--net/blobs/secret',
    `/cache/models--org--net/blobs/../${sha256}`,
    `/cache/models--org--net/refs/main`,
    `/cache/blobs/${sha256}`,
    '/etc/passwd',
  ])
    assert.ok(!isKeptFor(snapshot, file), file);
  for (const folder of ['/cache/models--org--net', '/cache/net', `/cache/snapshots/${commit}`])
    assert.ok(!isKeptFor(folder, `/cache/models--org--net/blobs/${sha256}`), folder);
});
