/** Datasets and networks of the newcomer's table; folders under `datasets/` and `models/`. */
export const datasets = [
  'flowers12',
  'textures10',
  'ants_bees',
  'clothing10',
  'grocery50',
  'cifar10_sample',
] as const;

/** With the side of the images: smaller than the networks' own, to bound the time. */
export const networks = [
  { name: 'mobilenet-v1-025-128', imageSize: 96 },
  { name: 'resnet20-cifar10', imageSize: 32 },
  { name: 'mobilenet-v2-100-224', imageSize: 96 },
  { name: 'mobilenet-v1-075-192', imageSize: 96 },
] as const;
