import { Random } from '../../src/random.js';
import type { PixelBatch } from '../../src/training/feeds.js';

/** Batches of pictures with soft shapes in all colours and a little noise, as photographs have them, from a seed. */
export async function* structuredBatches({
  batches,
  batchSize,
  imageSize,
  seed,
}: {
  batches: number;
  batchSize: number;
  imageSize: number;
  seed: number;
}): AsyncGenerator<PixelBatch, void, undefined> {
  for (let b = 0; b < batches; b++) {
    const pixels = new Uint8Array(batchSize * imageSize * imageSize * 3);
    for (let i = 0; i < batchSize; i++)
      pixels.set(picture(imageSize, seed + b * batchSize + i), i * imageSize ** 2 * 3);
    yield { pixels, labels: new Int32Array(batchSize), count: batchSize };
  }
}

/** Many networks see the same pictures. */
const pictures = new Map<string, Uint8Array>();

function picture(size: number, seed: number): Uint8Array {
  const key = `${size} ${seed}`;
  const drawn = pictures.get(key) ?? draw(size, seed);
  pictures.set(key, drawn);
  return drawn;
}

function draw(size: number, seed: number): Uint8Array {
  const random = new Random(seed, 'test');
  const [a, b, c, d] = [random.uniform(), random.uniform(), random.uniform(), random.uniform()];
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let channel = 0; channel < 3; channel++) {
        const [u, v] = [x / size, y / size];
        const wave =
          Math.sin(9 * a * u + 7 * channel * b + 5 * c) + Math.cos(11 * d * v - channel + 6 * a * u);
        const level = 128 + 45 * wave + 25 * (channel - 1) * (b - 0.5) + 6 * random.normal();
        pixels[(y * size + x) * 3 + channel] = Math.min(255, Math.max(0, Math.round(level)));
      }
  return pixels;
}
