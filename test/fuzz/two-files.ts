/** Two files as one input: the length of the first, and both. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(first.length);
  return Buffer.concat([length, first, second]);
}

export function parted(bytes: Uint8Array): readonly [first: Uint8Array, second: Uint8Array] {
  const end = 4 + Buffer.from(bytes.subarray(0, 4)).readUInt32LE();
  return [bytes.slice(4, end), bytes.slice(end)];
}
