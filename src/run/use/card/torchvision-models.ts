/** Torchvision's functions, by our names of what they build. */
const functions: ReadonlyMap<string, string> = new Map([
  ...['18', '34', '50', '101', '152'].map((depth) => [`resnet${depth}`, `resnet${depth}`] as const),
  ...[
    'wide_resnet50_2',
    'wide_resnet101_2',
    'resnext50_32x4d',
    'resnext101_32x8d',
    'resnext101_64x4d',
    ...['tiny', 'small', 'base', 'large'].map((size) => `convnext_${size}`),
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((size) => `efficientnet_b${size}`),
  ].map((name) => [name, name] as const),
  ['mobilenet-v2', 'mobilenet_v2'],
  ['mobilenetv3_small_100', 'mobilenet_v3_small'],
  ['mobilenetv3_large_100', 'mobilenet_v3_large'],
  ['vit-768-12-16', 'vit_b_16'],
  ['vit-768-12-32', 'vit_b_32'],
  ['vit-1024-24-16', 'vit_l_16'],
  ['vit-1024-24-32', 'vit_l_32'],
  ['vit-1280-32-14', 'vit_h_14'],
]);

/** The Python that builds a network of torchvision; undefined for one that it has no function for. */
export function torchvisionModel(network: string, imageSize: number, classes: number): string | undefined {
  const name = functions.get(network);
  if (name === undefined) return undefined;
  const sized = name.startsWith('vit') ? `, image_size=${imageSize}` : '';
  return `torchvision.models.${name}(num_classes=${classes}${sized})`;
}
