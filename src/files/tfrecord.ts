/**
 * A record of a TFRecord file, the framing of TensorBoard's event files
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord): length, its checksum, the data, their checksum; numbers are
 * little-endian, checksums masked.
 *
 *   uint64 n | uint32 masked(crc(n)) | n bytes | uint32 masked(crc(bytes))
 */
export function tfrecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}

/** CRC-32C (Castagnoli; RFC 3720, appendix B.4), as an unsigned integer. */
export function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** A checksum of data that hold checksums is weak: the format stores ((crc >> 15) | (crc << 17)) + 0xa282ead8. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** What a byte does to the checksum: polynomial 0x1edc6f41, its bits reversed. */
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
