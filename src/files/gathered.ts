/** Pieces below this are gathered: a call of the system takes as long as to copy so much. */
const SMALL = 64 * 1024;

/** Bytes of a gathered piece at most. */
const GATHERED = 1024 * 1024;

/**
 * The same bytes in fewer pieces: small ones that follow each other become one. A gathered piece is valid until the next one
 * is asked for.
 */
export async function* gathered(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let buffer: Uint8Array | undefined;
  let filled = 0;
  for await (const piece of pieces) {
    const isSmall = piece.length < SMALL;
    if (buffer !== undefined && filled > 0 && (!isSmall || filled + piece.length > GATHERED)) {
      yield buffer.subarray(0, filled);
      filled = 0;
    }
    if (!isSmall) yield piece;
    else {
      buffer ??= new Uint8Array(GATHERED);
      buffer.set(piece, filled);
      filled += piece.length;
    }
  }
  if (buffer !== undefined && filled > 0) yield buffer.subarray(0, filled);
}
