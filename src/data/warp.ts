/**
 * Moves the content of `[size, size, 3]` pixels in place: `p -> matrix (p - centre) + centre + shift`, `matrix`
 * = [xx, xy, yx, yy] invertible, x to the right and y down. Nearest pixel; black where nothing lands.
 */
export function warp(
  pixels: Uint8Array,
  size: number,
  matrix: readonly [number, number, number, number],
  shiftX: number,
  shiftY: number,
): void {
  const [xx, xy, yx, yy] = matrix;
  const determinant = xx * yy - xy * yx;
  const source = pixels.slice();
  const centre = (size - 1) / 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x - centre - shiftX;
      const dy = y - centre - shiftY;
      const fromX = Math.round((yy * dx - xy * dy) / determinant + centre);
      const fromY = Math.round((xx * dy - yx * dx) / determinant + centre);
      const inside = fromX >= 0 && fromX < size && fromY >= 0 && fromY < size;
      const to = (y * size + x) * 3;
      const from = (fromY * size + fromX) * 3;
      for (let c = 0; c < 3; c++) pixels[to + c] = inside ? (source[from + c] ?? 0) : 0;
    }
  }
}

/**
 * Blends `[size, size, 3]` pixels, in place, with their own smoothed version: 0 is smooth, 1 unchanged, above 1
 * sharper. PIL's kernel (neighbours 1, centre 5, divided by 13); the outermost pixels stay.
 */
export function sharpen(pixels: Uint8Array, size: number, factor: number): void {
  const source = pixels.slice();
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  const row = size * 3;
  for (let y = 1; y < size - 1; y++) {
    for (let i = y * row + 3; i < (y + 1) * row - 3; i++) {
      let sum = 4 * (source[i] ?? 0);
      for (let line = i - row; line <= i + row; line += row) {
        sum += (source[line - 3] ?? 0) + (source[line] ?? 0) + (source[line + 3] ?? 0);
      }
      clamped[i] = factor * (source[i] ?? 0) + (1 - factor) * (sum / 13);
    }
  }
}
