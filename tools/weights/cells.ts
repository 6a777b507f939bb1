/** Where the weights of penalties are tried: a network, a share of a dataset's training images, and a seed. */
export interface Cell {
  /** A folder under `models/`. */
  readonly model: string;
  /** A folder under `datasets/`. */
  readonly dataset: string;
  readonly fraction: number;
  readonly imageSize: number;
  readonly seed: number;
}

/** Each network on several datasets, each dataset with several networks, a tenth to all of the images that are not validated on. */
export const cells: readonly Cell[] = [
  cell('mobilenet-v1-025-128', 'flowers12', 0.1, 96, 0),
  cell('resnet20-cifar10', 'textures10', 0.25, 32, 1),
  cell('mobilenet-v2-100-224', 'textures10', 0.1, 96, 2),
  cell('mobilenet-v1-025-128', 'grocery50', 0.25, 96, 3),
  cell('squeezenet-11', 'flowers12', 0.25, 96, 4),
  cell('resnet20-cifar10', 'flowers12', 1, 32, 5),
  cell('mobilenet-v1-075-192', 'clothing10', 0.1, 96, 6),
  cell('resnet56-cifar10', 'clothing10', 0.1, 32, 7),
  cell('mobilenet-v1-025-128', 'textures10', 1, 96, 8),
  cell('mobilenet-v2-100-224', 'grocery50', 0.25, 96, 9),
  cell('resnet20-cifar10', 'clothing10', 0.1, 32, 10),
  cell('mobilenet-v1-075-192', 'textures10', 0.25, 96, 11),
  cell('resnet56-cifar10', 'flowers12', 0.25, 32, 12),
  cell('squeezenet-11', 'clothing10', 0.1, 96, 13),
  cell('mobilenet-v1-025-128', 'clothing10', 1, 96, 14),
  cell('mobilenet-v2-100-224', 'flowers12', 1, 96, 15),
];

function cell(model: string, dataset: string, fraction: number, imageSize: number, seed: number): Cell {
  return { model, dataset, fraction, imageSize, seed };
}
