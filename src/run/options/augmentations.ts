import type { Augmentation } from '../../data/index.js';
import type { Preprocessing } from '../../nn/network.js';

/** What happens to training images, by the names of the command line; each also flips, unless `flip` is false. */
export const augmentations = {
  none: () => ({ kind: 'none' }),
  /** Gentler than ImageNet's recipe: with few images, a crop of 8 % often misses the object. */
  crop: (flip) => ({ kind: 'randomResizedCrop', scale: [0.25, 1], flip }),
  /** ImageNet's recipe, the AdaRand paper's. */
  'inception-crop': (flip) => ({ kind: 'randomResizedCrop', scale: [0.08, 1], flip }),
  /** CIFAR's recipe. */
  'pad-crop': (flip) => ({ kind: 'padCrop', padding: 4, flip }),
  /** `crop`, then two operations of RandAugment at its usual magnitude. */
  'rand-augment': (flip) => ({
    kind: 'randomResizedCrop',
    scale: [0.25, 1],
    flip,
    randAugment: { n: 2, m: 9 },
  }),
  /** `crop`, with brightness, contrast and saturation varied by up to 40 %, hue by a tenth of the circle. */
  'color-jitter': (flip) => ({
    kind: 'randomResizedCrop',
    scale: [0.25, 1],
    flip,
    colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  }),
} satisfies Readonly<Record<string, (flip: boolean) => Augmentation>>;

export type AugmentationName = keyof typeof augmentations;

interface Chosen {
  readonly augment: AugmentationName;
  readonly flip: boolean;
  readonly randomErasing: number;
}

/** What is erased has the colour that the network's preprocessing makes 0. */
export function augmentationOf(
  { augment, flip, randomErasing }: Chosen,
  { mean: [red, green, blue] }: Pick<Preprocessing, 'mean'>,
): Augmentation {
  const augmentation = augmentations[augment](flip);
  if (randomErasing === 0) return augmentation;
  const level = (mean: number) => Math.max(0, Math.min(255, Math.round(255 * mean)));
  return {
    ...augmentation,
    erasing: { probability: randomErasing, colour: [level(red), level(green), level(blue)] },
  };
}
