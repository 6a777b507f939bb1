import type { Random } from '../random.js';
import { randomResizedBox } from './view.js';

/** Random erasing (Zhong et al. 2020): a rectangle of the picture has one colour. */
export interface RandomErasing {
  /** Of an image to lose a rectangle, 0 to 1. */
  readonly probability: number;
  /** What is there then: red, green and blue, 0 to 255. */
  readonly colour: readonly [number, number, number];
}

/** Share of the area, and width over height; those of torchvision and timm. */
const area = [0.02, 0.33] as const;
const ratio = [0.3, 3.3] as const;

/** Erases in `[size, size, 3]` pixels in place. */
export function erase(
  pixels: Uint8Array,
  size: number,
  { probability, colour }: RandomErasing,
  random: Random,
): void {
  if (random.uniform() >= probability) return;
  const box = randomResizedBox({ width: size, height: size }, area, ratio, random);
  for (let y = box.top; y < box.top + box.height; y++)
    for (let x = box.left; x < box.left + box.width; x++) pixels.set(colour, 3 * (y * size + x));
}
