/** A shared library of 64-bit Linux that has nothing but a list of those that it needs; no loader takes it. */
export function tinyElf(needed: readonly string[]): Uint8Array {
  const names = Buffer.from(`\0${needed.map((name) => `${name}\0`).join('')}`);
  const [header, segment, entry] = [64, 56, 16];
  const dynamicAt = header + 2 * segment;
  const entries = needed.length + 3;
  const namesAt = dynamicAt + entries * entry;
  const bytes = Buffer.alloc(namesAt + names.byteLength);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(header), 32);
  bytes.writeUInt16LE(header, 52);
  bytes.writeUInt16LE(segment, 54);
  bytes.writeUInt16LE(2, 56);
  // The whole file is loaded at BASE, so that addresses and offsets differ.
  const base = 0x1000;
  const writeSegment = (at: number, kind: number, offset: number, size: number) => {
    bytes.writeUInt32LE(kind, at);
    for (const [i, value] of [offset, base + offset, base + offset, size, size].entries())
      bytes.writeBigUInt64LE(BigInt(value), at + 8 + 8 * i);
  };
  writeSegment(header, 1, 0, bytes.byteLength);
  writeSegment(header + segment, 2, dynamicAt, entries * entry);
  let start = 1;
  const tags = needed.map((name) => {
    const tag = [1, start];
    start += name.length + 1;
    return tag;
  });
  const all = [...tags, [5, base + namesAt], [10, names.byteLength], [0, 0]];
  for (const [i, pair] of all.entries())
    for (const [j, value] of pair.entries())
      bytes.writeBigUInt64LE(BigInt(value), dynamicAt + i * entry + 8 * j);
  names.copy(bytes, namesAt);
  return bytes;
}
