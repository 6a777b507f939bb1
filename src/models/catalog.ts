import { isCovered } from '../nn/registry.js';
import { stepBytes } from '../training/step-memory.js';

/** What a model that is recommended is like. Sizes and licences are those of timm. */
export interface CatalogEntry {
  /** On the hub. */
  readonly name: string;
  readonly family: 'ResNet' | 'ViT' | 'DeiT' | 'DINOv2' | 'CLIP' | 'MobileNet' | 'EfficientNet' | 'ConvNeXt';
  readonly use: string;
  readonly parameters: number;
  /** Side of its input, in pixels. */
  readonly imageSize: number;
  /** Billions of multiply-adds for an image of that size, forward. */
  readonly multiplyAdds: number;
  /** Millions of numbers that the layers put out for an image. */
  readonly activations: number;
  /** What most of its time goes into; depthwise convolutions use a processor worse. */
  readonly work: 'products' | 'depthwise';
  readonly licence: 'Apache-2.0';
}

const entry = (
  name: string,
  family: CatalogEntry['family'],
  [parameters, multiplyAdds, activations]: readonly [number, number, number],
  use: string,
  others: Partial<Pick<CatalogEntry, 'imageSize' | 'work'>> = {},
): CatalogEntry => ({
  name: `timm/${name}`,
  family,
  use,
  parameters,
  imageSize: 224,
  multiplyAdds,
  activations,
  work: 'products',
  licence: 'Apache-2.0',
  ...others,
});

const small = { work: 'depthwise' } as const;

/** Backbones that are worth a try first. */
export const catalog: readonly CatalogEntry[] = [
  entry('resnet18.a1_in1k', 'ResNet', [11_689_512, 1.82, 2.5], 'a first result, on any machine'),
  entry('resnet34.a1_in1k', 'ResNet', [21_797_672, 3.67, 3.7], 'between the 18 and the 50'),
  entry(
    'resnet50.a1_in1k',
    'ResNet',
    [25_557_032, 4.11, 11.1],
    'what most papers report, this method among them',
  ),
  entry(
    'vit_tiny_patch16_224.augreg_in21k_ft_in1k',
    'ViT',
    [5_717_416, 1.26, 4.1],
    'the quickest transformer',
  ),
  entry(
    'vit_small_patch16_224.augreg_in21k_ft_in1k',
    'ViT',
    [22_050_664, 4.61, 8.2],
    'few images of everyday things: it has seen 21,000 classes',
  ),
  entry(
    'vit_base_patch16_224.augreg2_in21k_ft_in1k',
    'ViT',
    [86_567_656, 17.58, 16.5],
    'the same with more time and memory',
  ),
  entry(
    'deit_tiny_patch16_224.fb_in1k',
    'DeiT',
    [5_717_416, 1.26, 4.1],
    'a transformer that has seen ImageNet-1k only',
  ),
  entry('deit_small_patch16_224.fb_in1k', 'DeiT', [22_050_664, 4.61, 8.2], 'the same, larger'),
  entry(
    'vit_small_patch14_dinov2.lvd142m',
    'DINOv2',
    [22_056_192, 29.5, 57.1],
    'pictures unlike photographs: trained without labels',
    { imageSize: 518 },
  ),
  entry(
    'vit_base_patch32_clip_224.openai_ft_in1k',
    'CLIP',
    [88_225_000, 4.41, 4.2],
    'drawings, signs, memes: trained on captions',
  ),
  entry('mobilenetv2_100.ra_in1k', 'MobileNet', [3_504_872, 0.3, 6.7], 'a classifier for a telephone', small),
  entry('mobilenetv3_large_100.ra_in1k', 'MobileNet', [5_483_032, 0.22, 4.4], 'the same, quicker', small),
  entry('efficientnet_b0.ra_in1k', 'EfficientNet', [5_288_548, 0.39, 6.7], 'small and accurate', small),
  entry(
    'convnext_tiny.in12k_ft_in1k',
    'ConvNeXt',
    [28_589_128, 4.47, 13.4],
    'the strongest convolutions of this size',
  ),
];

/** Share of the rate of a plain matrix product that a training step reaches (docs/performance.md). */
const shares = { products: 0.8, depthwise: 0.23 } as const;

/** Seconds for an epoch over so many images, where a matrix product runs at so many GFLOP/s. */
export function secondsPerEpoch(
  { multiplyAdds, work }: CatalogEntry,
  images: number,
  gflops: number,
): number {
  // Forward, and backward twice that; two operations for a multiply-add.
  return (images * 6 * multiplyAdds) / (shares[work] * gflops);
}

/** Families with BatchNorm, which SGD trains by default; AdamW, which keeps two numbers of each weight, the others. */
const bySgd: readonly CatalogEntry['family'][] = ['ResNet', 'MobileNet', 'EfficientNet'];

/** Megabytes that a training step of 16 images takes. */
export function stepMegabytes({ family, parameters, activations }: CatalogEntry): number {
  const slots = bySgd.includes(family) ? 1 : 2;
  return stepBytes({ parameters, activations: 1e6 * activations }, slots, 16) / 1e6;
}

/** Above so many images, time decides. */
const MANY_IMAGES = 5000;

/** What to begin with, for so many images; the first is the best guess. */
export function recommended(images: number | undefined): readonly CatalogEntry[] {
  const few = ['vit_small_patch16_224', 'resnet50', 'resnet18'];
  const many = ['resnet18', 'vit_tiny_patch16_224', 'resnet50'];
  const wanted = images !== undefined && images <= MANY_IMAGES ? few : many;
  return wanted.flatMap((each) => catalog.filter(({ name }) => architectureOf(name) === each));
}

/** Whether this version knows its tensors. */
export function isOpened({ name }: CatalogEntry): boolean {
  return isCovered({ library: 'timm', architecture: architectureOf(name), args: {} });
}

/** `resnet18` of `timm/resnet18.a1_in1k`. */
function architectureOf(name: string): string {
  return name.slice(name.indexOf('/') + 1).replace(/\..*$/, '');
}

/** The model of the hub that someone means who writes only `resnet18`, or `ViT-tiny`. */
export function entryLike(word: string): CatalogEntry | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const sought = plain(word);
  return sought.length < 4
    ? undefined
    : catalog.find((each) => isOpened(each) && plain(architectureOf(each.name)).startsWith(sought));
}
