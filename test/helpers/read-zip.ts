/** Reads a zip file by its directory, which is at its end, without the library that wrote it. */
import assert from 'node:assert/strict';
import { gzipSync, inflateRawSync } from 'node:zlib';

export interface Zipped {
  readonly content: Buffer;
  readonly deflated: boolean;
}

/** The files by their paths, in their order; their checksums are checked. */
export function readZip(bytes: Buffer): Map<string, Zipped> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
  assert.equal(bytes.length - end, 22, 'there is nothing after the directory');
  const found = new Map<string, Zipped>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(bytes.toString('latin1', at, at + 4), 'PK\x01\x02');
    const [method, checksum, size] = [at + 10, at + 16, at + 20].map((place, i) =>
      i === 0 ? bytes.readUInt16LE(place) : bytes.readUInt32LE(place),
    );
    const [nameLength = 0, extra = 0, comment = 0] = [28, 30, 32].map((place) =>
      bytes.readUInt16LE(at + place),
    );
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    assert.equal(bytes.toString('latin1', local, local + 4), 'PK\x03\x04');
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const stored = bytes.subarray(start, start + (size ?? 0));
    const content = method === 8 ? inflateRawSync(stored) : stored;
    // gzip ends with the same checksum.
    assert.equal(gzipSync(content, { level: 1 }).subarray(-8).readUInt32LE(), checksum, name);
    found.set(name, { content, deflated: method === 8 });
    at += 46 + nameLength + extra + comment;
  }
  assert.equal(at, end);
  return found;
}
