import type { Random } from '../random.js';
import { type ColorJitter, colorJitter } from './colour.js';
import { erase, type RandomErasing } from './erasing.js';
import type { Pixels } from './image.js';
import { type RandAugment, randAugment } from './randaugment.js';
import { renderView } from './resample.js';
import { centreView, padCropView, randomResizedView, type View } from './view.js';

/**
 * What happens to a training image. `none`: shorter side resized to the input size, centre crop. The other two
 * choose a random window, flip half of the images, and may then change colours. Each may erase a part at last.
 */
export type Augmentation = (
  | { readonly kind: 'none' }
  | (PadCrop & Appearance)
  | (RandomResizedCrop & Appearance)
) & { readonly erasing?: RandomErasing };

/** The CIFAR recipe. */
export interface PadCrop {
  readonly kind: 'padCrop';
  /** Black pixels on each side. Default 4. */
  readonly padding?: number;
}

/** The ImageNet recipe; defaults are torchvision's. */
export interface RandomResizedCrop {
  readonly kind: 'randomResizedCrop';
  /** Fraction of the image's area. Default [0.08, 1]. */
  readonly scale?: readonly [number, number];
  /** Width over height. Default [3/4, 4/3]. */
  readonly ratio?: readonly [number, number];
}

export interface Appearance {
  /** Mirror half of the images left to right. Default true. */
  readonly flip?: boolean;
  readonly colorJitter?: ColorJitter;
  readonly randAugment?: RandAugment;
}

/** Renders an augmented RGB image into `target` (`[imageSize, imageSize, 3]`); `random` decides everything. */
export function augment(
  image: Pixels,
  augmentation: Augmentation,
  imageSize: number,
  random: Random,
  target: Uint8Array,
): void {
  renderView(image, trainingView(image, augmentation, imageSize, random), imageSize, target);
  if (augmentation.kind !== 'none') {
    if (augmentation.colorJitter) colorJitter(target, augmentation.colorJitter, random);
    if (augmentation.randAugment) randAugment(target, imageSize, augmentation.randAugment, random);
  }
  // Last, so that what is drawn before it is the same without it.
  if (augmentation.erasing) erase(target, imageSize, augmentation.erasing, random);
}

function trainingView(image: Pixels, augmentation: Augmentation, imageSize: number, random: Random): View {
  switch (augmentation.kind) {
    case 'none':
      return centreView(image, imageSize, imageSize);
    case 'padCrop': {
      const { padding = 4, flip = true } = augmentation;
      return padCropView(image, imageSize, padding, flip, random);
    }
    case 'randomResizedCrop': {
      const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], flip = true } = augmentation;
      return randomResizedView(image, imageSize, scale, ratio, flip, random);
    }
  }
}
