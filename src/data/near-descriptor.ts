import { invariant } from '../errors.js';
import { type Pixels, toRgb } from './image.js';
import { drawThumbnail, emptyThumbnail } from './thumbnail.js';

/** Side of the picture that is described. */
const SIDE = 32;

/** Coefficients (u, v) with u + v below these: of the luma without the constant, and of each colour difference. */
const LUMA = 16;
const COLOUR = 3;

/** Standard deviation, in grey levels, below which a picture has too little structure to be known again by it. */
const LEAST_CONTRAST = 4;

export const SHAPE_LENGTH = (LUMA * (LUMA + 1)) / 2 - 1;
const COLOUR_LENGTH = COLOUR * (COLOUR + 1);
const LENGTH = 2 + SHAPE_LENGTH + COLOUR_LENGTH;

/** What a descriptor says. */
export interface Looks {
  /** Of the luma, in grey levels. */
  readonly mean: number;
  readonly contrast: number;
  /** Low frequencies of the luma, as a vector of length 1. */
  readonly shape: Float32Array;
  /** Mean, slopes and curvatures of the two colour differences, in grey levels. */
  readonly colour: Int8Array;
}

/**
 * What a picture looks like: 149 bytes, as base64. It is nearly the same after the picture was encoded again, resized, or
 * made a little lighter, darker or more colourful.
 *
 * The picture is averaged to 32 x 32 pixels, whatever its shape. The bytes are the mean (less 128) and the standard
 * deviation of its luma; 135 low frequencies of the luma's discrete cosine transform, in units of the largest; and 6 of
 * each colour difference. To know pictures again by low frequencies of the DCT is the "DCT based hash" of Zauner,
 * "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), which keeps one bit of each of 64
 * coefficients. `undefined` for a picture with next to no contrast.
 */
export function describePicture(image: Pixels): string | undefined {
  drawThumbnail(image.channels === 4 ? toRgb(image) : image, thumbnail);
  const { luma, blueness, redness } = thumbnail;
  const contrast = deviation(luma);
  if (contrast < LEAST_CONTRAST) return undefined;
  const [mean = 0, ...shape] = lowFrequencies(luma, LUMA);
  const largest = shape.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bytes = Buffer.alloc(LENGTH);
  let end = 0;
  const write = (value: number) => {
    end = bytes.writeInt8(Math.max(-127, Math.min(127, Math.round(value))), end);
  };
  write(mean - 128);
  write(contrast);
  for (const value of shape) write((value / largest) * 127);
  for (const plane of [blueness, redness]) lowFrequencies(plane, COLOUR).forEach(write);
  return bytes.toString('base64');
}

const thumbnail = emptyThumbnail(SIDE);

function deviation(values: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value ** 2;
  }
  return Math.sqrt(Math.max(0, squares - sum ** 2 / values.length) / values.length);
}

/** Whether a text is what `describePicture` may return. */
export function isDescriptor(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== LENGTH || bytes.toString('base64') !== text) return false;
  const [, contrast = 0, ...numbers] = Int8Array.from(bytes);
  return (
    contrast >= LEAST_CONTRAST && numbers.slice(0, SHAPE_LENGTH).some((value) => Math.abs(value) === 127)
  );
}

/** The text must be a descriptor. */
export function looksOf(descriptor: string): Looks {
  invariant(isDescriptor(descriptor), `${descriptor} is a descriptor`);
  const bytes = Int8Array.from(Buffer.from(descriptor, 'base64'));
  const [mean = 0, contrast = 0] = bytes;
  const shape = Float32Array.from(bytes.subarray(2, 2 + SHAPE_LENGTH));
  const length = Math.sqrt(shape.reduce((sum, value) => sum + value ** 2, 0));
  return {
    mean: mean + 128,
    contrast,
    shape: shape.map((value) => value / length),
    colour: bytes.slice(2 + SHAPE_LENGTH),
  };
}

const cosines = Float64Array.from({ length: LUMA * SIDE }, (_, i) => {
  const frequency = Math.floor(i / SIDE);
  const wave = Math.cos((Math.PI * ((i % SIDE) + 0.5) * frequency) / SIDE);
  return (wave * (frequency === 0 ? 1 : Math.SQRT2)) / SIDE;
});

/** The coefficients (u, v) with u + v < `end` of the orthonormal DCT, row by row, in units in which the first is the mean. */
function lowFrequencies(picture: Float64Array, end: number): number[] {
  for (let y = 0; y < SIDE; y++) {
    for (let u = 0; u < end; u++) columns[y * end + u] = correlation(picture, y * SIDE, 1, u);
  }
  const coefficients: number[] = [];
  for (let v = 0; v < end; v++) {
    for (let u = 0; u + v < end; u++) coefficients.push(correlation(columns, u, end, v));
  }
  return coefficients;
}

/** What the transform of the rows leaves for that of the columns. */
const columns = new Float64Array(SIDE * LUMA);

function correlation(values: Float64Array, start: number, stride: number, frequency: number): number {
  let sum = 0;
  for (let i = 0; i < SIDE; i++)
    sum += (cosines[frequency * SIDE + i] ?? 0) * (values[start + i * stride] ?? 0);
  return sum;
}
