/** Numbers of a TIFF's tags. */
export const COMPRESSION = 259;
export const PHOTOMETRIC = 262;

/** Bytes of a directory's parts, in a TIFF and in a BigTIFF. */
const classic = { start: 4, offset: 4, count: 2, entry: 12, value: 8 };
const big = { start: 8, offset: 8, count: 8, entry: 20, value: 12 };

/** Most entries of a directory that is read; a photograph has some thirty. */
const MOST = 4096;

/**
 * The whole numbers that stand in the first directory of a TIFF itself, by their tags: of each tag the first. Of a file that
 * ends before its directory does, those that are there.
 */
export function tiffNumbers(tiff: Uint8Array): ReadonlyMap<number, number> {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const numberAt = (offset: number, bytes: number) => {
    if (offset + bytes > view.byteLength) return undefined;
    if (bytes === 1) return view.getUint8(offset);
    if (bytes === 2) return view.getUint16(offset, little);
    return bytes === 4 ? view.getUint32(offset, little) : Number(view.getBigUint64(offset, little));
  };
  const numbers = new Map<number, number>();
  const layout = numberAt(2, 2) === 43 ? big : classic;
  const start = numberAt(layout.start, layout.offset);
  const count = start === undefined ? undefined : numberAt(start, layout.count);
  if (start === undefined || count === undefined) return numbers;
  for (let i = 0; i < Math.min(count, MOST); i++) {
    const entry = start + layout.count + i * layout.entry;
    const [tag, type] = [numberAt(entry, 2), numberAt(entry + 2, 2)];
    const bytes = type === undefined ? undefined : sizes.get(type);
    const value = bytes === undefined ? undefined : numberAt(entry + layout.value, bytes);
    if (tag !== undefined && value !== undefined && !numbers.has(tag)) numbers.set(tag, value);
  }
  return numbers;
}

/** Bytes of the types of whole numbers: BYTE, SHORT, LONG. */
const sizes: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [3, 2],
  [4, 4],
]);
