/** Whether the end of a JPEG, PNG or WebP is missing: browsers show what there is of it, and grey for the rest. */
export function isTruncated(bytes: Uint8Array): boolean {
  const begins = (text: string, from = 0) =>
    [...text].every((character, i) => bytes[from + i] === character.charCodeAt(0));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (begins('\xff\xd8\xff')) return !hasEndOfJpeg(view);
  if (begins('\x89PNG\r\n\x1a\n')) return !hasEndOfPng(view);
  if (begins('RIFF') && begins('WEBP', 8)) return view.getUint32(4, true) + 8 > bytes.length;
  return false;
}

/** Segments, each with its length, up to the first scan; the mark of the end cannot be among a scan's bytes. */
function hasEndOfJpeg(view: DataView): boolean {
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint16(at) !== START_OF_SCAN) {
    // A segment's mark may have any number of fill bytes before it.
    if (view.getUint8(at + 1) === 0xff) at += 1;
    else at += 2 + view.getUint16(at + 2);
  }
  for (; at + 2 <= view.byteLength; at++) {
    if (view.getUint16(at) === END_OF_IMAGE) return true;
  }
  return false;
}

const START_OF_SCAN = 0xffda;
const END_OF_IMAGE = 0xffd9;

/** Chunks: a length, a name, as many bytes, a checksum. */
function hasEndOfPng(view: DataView): boolean {
  for (let at = 8; at + 12 <= view.byteLength; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > view.byteLength) return false;
    if (view.getUint32(at + 4) === IEND) return true;
    at += 12 + length;
  }
  return false;
}

const IEND = 0x49454e44;
