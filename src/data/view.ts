import type { Random } from '../random.js';

/**
 * What a network sees of an image: the pixels of `box` are resized to `width` x `height`; from that picture a
 * square window is taken whose corner is (`left`, `top`), black where it leaves the picture; `flip` mirrors the
 * window left to right.
 */
export interface View {
  readonly box: Box;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly flip: boolean;
}

/** A rectangle of whole pixels inside an image. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Evaluation: the shorter side resized to `resizeSize`, the longer one in proportion, then the central `imageSize`
 * square. Whole pixels are found as torchvision's `Resize` and `CenterCrop` find them: the longer side is cut off, a
 * corner between two pixels goes to the even one, and where the picture is smaller than the square, the odd pixel of
 * padding comes last.
 */
export function centreView(image: Size, resizeSize: number, imageSize: number): View {
  const shorter = Math.min(image.width, image.height);
  const width = Math.max(1, Math.trunc((resizeSize * image.width) / shorter));
  const height = Math.max(1, Math.trunc((resizeSize * image.height) / shorter));
  const left = cornerOfCentre(width, imageSize);
  const top = cornerOfCentre(height, imageSize);
  return { box: centred(image, image.width, image.height), width, height, left, top, flip: false };
}

/** Where along one axis the central window begins; negative where the picture is smaller. */
export function cornerOfCentre(side: number, window: number): number {
  const corner = (side - window) / 2;
  if (corner < 0) return Math.ceil(corner);
  const below = Math.floor(corner);
  return corner - below === 0.5 ? below + (below % 2) : below;
}

/**
 * The CIFAR recipe (He et al. 2016, section 4.2): the centre square at `imageSize`, padded with `padding` black
 * pixels on each side, and a random window of `imageSize` from that.
 */
export function padCropView(
  image: Size,
  imageSize: number,
  padding: number,
  flip: boolean,
  random: Random,
): View {
  const side = Math.min(image.width, image.height);
  const box = centred(image, side, side);
  const top = random.below(2 * padding + 1) - padding;
  const left = random.below(2 * padding + 1) - padding;
  return { box, width: imageSize, height: imageSize, left, top, flip: flip && random.uniform() < 0.5 };
}

/** The box of `randomResizedBox` resized to `imageSize` squared (Szegedy et al. 2015, "Inception" cropping). */
export function randomResizedView(
  image: Size,
  imageSize: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  flip: boolean,
  random: Random,
): View {
  const box = randomResizedBox(image, scale, ratio, random);
  const size = { width: imageSize, height: imageSize, left: 0, top: 0 };
  return { box, ...size, flip: flip && random.uniform() < 0.5 };
}

/**
 * A random box of `scale` of the image's area with an aspect ratio (width / height) in `ratio`, log-uniform:
 * torchvision's `RandomResizedCrop`. Ten tries; then the largest centre box whose ratio is allowed.
 */
export function randomResizedBox(
  image: Size,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Random,
): Box {
  const [minRatio, maxRatio] = ratio;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = image.width * image.height * between(scale[0], scale[1], random);
    const aspect = Math.exp(between(Math.log(minRatio), Math.log(maxRatio), random));
    const width = Math.round(Math.sqrt(area * aspect));
    const height = Math.round(Math.sqrt(area / aspect));
    if (width < 1 || height < 1 || width > image.width || height > image.height) continue;
    const top = random.below(image.height - height + 1);
    const left = random.below(image.width - width + 1);
    return { left, top, width, height };
  }
  const aspect = Math.min(maxRatio, Math.max(minRatio, image.width / image.height));
  const width = Math.max(1, Math.min(image.width, Math.round(image.height * aspect)));
  const height = Math.max(1, Math.min(image.height, Math.round(image.width / aspect)));
  return centred(image, width, height);
}

function centred(image: Size, width: number, height: number): Box {
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  return { left, top, width, height };
}

function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random.uniform();
}
