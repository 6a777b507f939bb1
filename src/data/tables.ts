/**
 * Augmentations that map each channel through a table of 256 values, in place on `[..., 3]` pixels. PIL's
 * definitions.
 */

/** Keeps the upper `bits` bits. */
export function posterize(pixels: Uint8Array, bits: number): void {
  const mask = 0xff & ~(2 ** (8 - bits) - 1);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] ?? 0) & mask;
}

/** Inverts what is at or above the threshold. */
export function solarize(pixels: Uint8Array, threshold: number): void {
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i] ?? 0;
    pixels[i] = value < threshold ? value : 255 - value;
  }
}

/** Stretches each channel to the full range; a channel of one value stays. */
export function autoContrast(pixels: Uint8Array): void {
  for (let channel = 0; channel < 3; channel++) {
    const histogram = histogramOf(pixels, channel);
    const low = histogram.findIndex((count) => count > 0);
    const high = histogram.findLastIndex((count) => count > 0);
    if (high <= low) continue;
    lookUp(pixels, channel, (value) => Math.floor((255 * (value - low)) / (high - low)));
  }
}

/** Flattens each channel's histogram. */
export function equalize(pixels: Uint8Array): void {
  for (let channel = 0; channel < 3; channel++) {
    const histogram = histogramOf(pixels, channel);
    const total = pixels.length / 3;
    const lastCount = histogram[histogram.findLastIndex((count) => count > 0)] ?? 0;
    const step = Math.floor((total - lastCount) / 255);
    if (step === 0) continue;
    const below = new Uint32Array(256);
    for (let value = 1; value < 256; value++) {
      below[value] = (below[value - 1] ?? 0) + (histogram[value - 1] ?? 0);
    }
    lookUp(pixels, channel, (value) => Math.floor(((below[value] ?? 0) + (step >> 1)) / step));
  }
}

function histogramOf(pixels: Uint8Array, channel: number): Uint32Array {
  const histogram = new Uint32Array(256);
  for (let i = channel; i < pixels.length; i += 3) {
    const value = pixels[i] ?? 0;
    histogram[value] = (histogram[value] ?? 0) + 1;
  }
  return histogram;
}

function lookUp(pixels: Uint8Array, channel: number, map: (value: number) => number): void {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => map(value));
  for (let i = channel; i < pixels.length; i += 3) pixels[i] = table[pixels[i] ?? 0] ?? 0;
}
