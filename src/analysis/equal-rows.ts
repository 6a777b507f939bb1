import { at } from '../errors.js';
import { FNV_BASIS, fnvNext } from '../fnv.js';

/** For each row of a matrix [n, d] the first row with the same bits: its own number where there is none before it. */
export function firstEqualRows(matrix: Float32Array, n: number, d: number): Int32Array {
  const bits = new Uint32Array(matrix.buffer, matrix.byteOffset, matrix.length);
  const firsts = new Map<number, number[]>();
  return Int32Array.from({ length: n }, (_, row) => {
    const hash = hashOf(bits, row * d, d);
    const candidates = firsts.get(hash) ?? [];
    const found = candidates.find((other) => areEqual(bits, row * d, other * d, d));
    if (found !== undefined) return found;
    firsts.set(hash, [...candidates, row]);
    return row;
  });
}

function hashOf(bits: Uint32Array, start: number, length: number): number {
  let hash = FNV_BASIS;
  for (let k = start; k < start + length; k++) hash = fnvNext(hash, at(bits, k));
  return hash;
}

function areEqual(bits: Uint32Array, a: number, b: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (bits[a + k] !== bits[b + k]) return false;
  return true;
}
