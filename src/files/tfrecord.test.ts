import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c, masked, tfrecord } from './tfrecord.js';

test('the checksum is that of RFC 3720, appendix B.4', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(ascending), 0x46dd794e);
  assert.equal(crc32c(ascending.reverse()), 0x113fdb5c);
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
});

test('a record has its length, its data, and masked checksums of both', () => {
  const record = Buffer.from(tfrecord(Buffer.from('abc')));
  assert.equal(record.length, 8 + 4 + 3 + 4);
  assert.equal(record.readBigUInt64LE(0), 3n);
  assert.equal(record.readUInt32LE(8), masked(crc32c(record.subarray(0, 8))));
  assert.equal(record.toString('utf8', 12, 15), 'abc');
  assert.equal(record.readUInt32LE(15), masked(crc32c(Buffer.from('abc'))));
  assert.equal(masked(0), 0xa282ead8);
  // Beyond 32 bits it starts over.
  assert.equal(masked(0xffffffff), 0xa282ead7);
});
