import type { Random } from '../random.js';

/** How far each property may change; 0 or absent leaves it. torchvision's `ColorJitter` has the same four. */
export interface ColorJitter {
  /** Factor drawn from [max(0, 1 - x), 1 + x]; so are the next two. */
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  /** Fraction of the colour circle, drawn from [-x, x]; x at most 0.5. */
  readonly hue?: number;
}

type Vector = readonly [number, number, number];

/** `rgb -> matrix rgb + offset`, values in [0, 255]. */
export interface ColourMap {
  readonly matrix: readonly [Vector, Vector, Vector];
  readonly offset: Vector;
}

/** ITU-R 601 luma, as in PIL's and torchvision's grey. */
const luma: Vector = [0.299, 0.587, 0.114];
const zero: Vector = [0, 0, 0];

/** Scales all channels. */
export function brightness(factor: number): ColourMap {
  return { matrix: [scaled(0, factor), scaled(1, factor), scaled(2, factor)], offset: zero };
}

/** Blends with the uniform grey of the image's mean luma. */
export function contrast(factor: number, meanGrey: number): ColourMap {
  const shift = (1 - factor) * meanGrey;
  return { matrix: brightness(factor).matrix, offset: [shift, shift, shift] };
}

/** Blends each pixel with its own luma. */
export function saturation(factor: number): ColourMap {
  const row = (c: number): Vector => [
    (1 - factor) * luma[0] + (c === 0 ? factor : 0),
    (1 - factor) * luma[1] + (c === 1 ? factor : 0),
    (1 - factor) * luma[2] + (c === 2 ? factor : 0),
  ];
  return { matrix: [row(0), row(1), row(2)], offset: zero };
}

/**
 * Turns the colour circle by `turn` of a full turn: a rotation of RGB about the grey axis (Rodrigues' formula).
 * torchvision turns the hue of HSV instead, which is not linear; grey stays grey in both.
 */
export function hue(turn: number): ColourMap {
  const cosine = Math.cos(2 * Math.PI * turn);
  const even = (1 - cosine) / 3;
  const odd = Math.sin(2 * Math.PI * turn) / Math.sqrt(3);
  const same = cosine + even;
  return {
    matrix: [
      [same, even - odd, even + odd],
      [even + odd, same, even - odd],
      [even - odd, even + odd, same],
    ],
    offset: zero,
  };
}

/**
 * Brightness, contrast, saturation and hue in random order, as one affine map, so that a picture is read once.
 * torchvision rounds and clamps after each of the four, this clamps once at the end.
 */
export function colorJitter(pixels: Uint8Array, amount: ColorJitter, random: Random): void {
  const factor = (x: number) => Math.max(0, 1 - x) + (1 + x - Math.max(0, 1 - x)) * random.uniform();
  const factors = [amount.brightness, amount.contrast, amount.saturation].map((x) => (x ? factor(x) : 1));
  const [bright = 1, contrasted = 1, saturated = 1] = factors;
  const turn = (amount.hue ?? 0) * (2 * random.uniform() - 1);
  let map = brightness(1);
  const mean = meanColour(pixels);
  for (const step of random.shuffle([0, 1, 2, 3])) {
    if (step === 0) map = after(brightness(bright), map);
    if (step === 1) map = after(contrast(contrasted, dot(luma, transformed(map, mean))), map);
    if (step === 2) map = after(saturation(saturated), map);
    if (step === 3) map = after(hue(turn), map);
  }
  applyColour(pixels, map);
}

/** Applies the map to `[..., 3]` pixels in place; results are rounded and clamped. */
export function applyColour(pixels: Uint8Array, map: ColourMap): void {
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = map.matrix;
  const [ro, go, bo] = map.offset;
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  for (let i = 0; i < clamped.length; i += 3) {
    const red = clamped[i] ?? 0;
    const green = clamped[i + 1] ?? 0;
    const blue = clamped[i + 2] ?? 0;
    clamped[i] = rr * red + rg * green + rb * blue + ro;
    clamped[i + 1] = gr * red + gg * green + gb * blue + go;
    clamped[i + 2] = br * red + bg * green + bb * blue + bo;
  }
}

/** Mean luma of `[..., 3]` pixels. */
export function meanGrey(pixels: Uint8Array): number {
  return dot(luma, meanColour(pixels));
}

function meanColour(pixels: Uint8Array): Vector {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    red += pixels[i] ?? 0;
    green += pixels[i + 1] ?? 0;
    blue += pixels[i + 2] ?? 0;
  }
  const count = pixels.length / 3;
  return [red / count, green / count, blue / count];
}

/** The composition `rgb -> outer(inner(rgb))`. */
function after(outer: ColourMap, inner: ColourMap): ColourMap {
  const [first, second, third] = inner.matrix;
  const row = (vector: Vector): Vector => [
    vector[0] * first[0] + vector[1] * second[0] + vector[2] * third[0],
    vector[0] * first[1] + vector[1] * second[1] + vector[2] * third[1],
    vector[0] * first[2] + vector[1] * second[2] + vector[2] * third[2],
  ];
  return {
    matrix: [row(outer.matrix[0]), row(outer.matrix[1]), row(outer.matrix[2])],
    offset: transformed(outer, inner.offset),
  };
}

function transformed(map: ColourMap, colour: Vector): Vector {
  const [red, green, blue] = map.matrix;
  const [ro, go, bo] = map.offset;
  return [dot(red, colour) + ro, dot(green, colour) + go, dot(blue, colour) + bo];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function scaled(axis: number, factor: number): Vector {
  return [axis === 0 ? factor : 0, axis === 1 ? factor : 0, axis === 2 ? factor : 0];
}
