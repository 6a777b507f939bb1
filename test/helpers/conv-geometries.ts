import type { ConvAttributes } from '../../src/graph/operators/conv-geometry.js';
import type { Shape } from '../../src/graph/tensor.js';
import { crossovers } from '../../src/lowering/crossovers.js';

export type Geometry = readonly [name: string, x: Shape, w: Shape, attributes: ConvAttributes];

/** One for every branch that a convolution and its gradients can take. */
export function convolutions(): Geometry[] {
  const plain: ConvAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  const same = { ...plain, pads: [1, 1, 1, 1] };
  const halved = { ...same, strides: [2, 2] };
  const [large, middle, small] = [
    mapOf(crossovers.reversedKernel),
    mapBelow(crossovers.reversedKernel),
    mapOf(crossovers.gatheredWindows),
  ];
  const side = crossovers.patchWidth;
  const patches = { ...plain, strides: [side, side] };
  return [
    ['pointwise, more filters', [2, 4, 5, 6], [6, 4, 1, 1], plain],
    ['pointwise, fewer filters', [2, 6, 5, 6], [4, 6, 1, 1], plain],
    ['pointwise, few pixels for its channels', [3, 16, 2, 3], [14, 16, 1, 1], plain],
    ['pointwise, stride 2, odd map', [2, 4, 13, 12], [6, 4, 1, 1], { ...plain, strides: [2, 2] }],
    ['1x1, padded', [2, 4, 5, 6], [6, 4, 1, 1], same],
    ['3x3, large map', [2, 3, ...large], [4, 3, 3, 3], same],
    ['3x3, middle map', [2, 3, ...middle], [4, 3, 3, 3], same],
    ['3x3, small map', [2, 3, ...small], [4, 3, 3, 3], same],
    ['3x3, odd map', [2, 3, 7, 5], [4, 3, 3, 3], same],
    ['3x3, small map, stride 2', [2, 3, 8, 8], [4, 3, 3, 3], halved],
    ['3x3, asymmetric padding', [2, 3, 10, 10], [4, 3, 3, 3], { ...plain, pads: [0, 1, 2, 1] }],
    ['3x3, dilated', [2, 3, 9, 10], [4, 3, 3, 3], { ...plain, pads: [2, 2, 2, 2], dilations: [2, 2] }],
    ['3x2, padded by more than itself', [2, 3, 9, 7], [4, 3, 3, 2], { ...plain, pads: [3, 0, 0, 2] }],
    ['3x3 of whole blocks, large map', [1, 16, ...large], [16, 16, 3, 3], same],
    [
      '3x3 of whole blocks, middle map',
      [2, 16, ...mapAbove(crossovers.gatheredWindows)],
      [32, 16, 3, 3],
      same,
    ],
    ['3x3 of whole blocks, small map', [2, 16, ...small], [16, 16, 3, 3], same],
    ['3x3 of whole blocks, stride 2', [1, 16, 10, 10], [16, 16, 3, 3], halved],
    ['3x3 of whole blocks, stride 2, odd map', [1, 16, 9, 10], [16, 16, 3, 3], halved],
    ['1x1 of whole blocks, stride 2', [1, 16, 6, 6], [32, 16, 1, 1], { ...plain, strides: [2, 2] }],
    [
      '5x4 of whole blocks, strides 2 and 3',
      [2, 32, 8, 9],
      [16, 32, 5, 4],
      { ...plain, strides: [2, 3], pads: [2, 1, 1, 2] },
    ],
    [
      '3x3 of whole blocks, stride 2, that does not reach the last pixels',
      [1, 16, 8, 8],
      [16, 16, 3, 3],
      { ...plain, strides: [2, 2] },
    ],
    [
      '3x3 of whole blocks, stride 2, padded by more than itself',
      [1, 16, 8, 8],
      [16, 16, 3, 3],
      { ...halved, pads: [4, 4, 4, 4] },
    ],
    [
      '3x3 of whole blocks, stride 2, dilated',
      [1, 16, 8, 8],
      [16, 16, 3, 3],
      { ...halved, pads: [2, 2, 2, 2], dilations: [2, 2] },
    ],
    ['3x3 from whole blocks to others', [1, 16, 10, 10], [12, 16, 3, 3], same],
    ['stem', [2, 3, 40, 40], [4, 3, 7, 7], { ...plain, pads: [3, 3, 3, 3], strides: [2, 2] }],
    ['stem, odd map', [1, 3, 15, 13], [4, 3, 5, 5], { ...plain, pads: [1, 2, 2, 1], strides: [2, 2] }],
    [
      'as a stem, of more channels',
      [1, crossovers.stemChannels + 1, 12, 12],
      [4, crossovers.stemChannels + 1, 5, 5],
      halved,
    ],
    ['stem that does not reach the last pixels', [1, 3, 13, 13], [4, 3, 4, 4], { ...plain, strides: [2, 2] }],
    ['grouped', [2, 8, 9, 9], [8, 4, 3, 3], { ...same, group: 2 }],
    ['grouped, stride 2', [2, 8, 9, 8], [4, 4, 3, 3], { ...halved, group: 2 }],
    ['patches', [2, 3, 2 * side, 3 * side], [4, 3, side, side], patches],
    ['patches with a remainder', [1, 3, 2 * side + 1, side], [4, 3, side, side], patches],
    [
      'patches that overlap',
      [1, 3, 2 * side, side],
      [4, 3, side, side],
      { ...patches, strides: [side / 2, side] },
    ],
    ['narrow patches', [2, 3, 8, 12], [4, 3, 4, 4], { ...plain, strides: [4, 4] }],
    ...[16, 32].flatMap((C): Geometry[] => [
      [`depthwise ${C}`, [2, C, 6, 7], [C, 1, 3, 3], { ...same, group: C }],
      [`depthwise ${C}, 5x5`, [2, C, 8, 8], [C, 1, 5, 5], { ...plain, pads: [2, 2, 2, 2], group: C }],
      [`depthwise ${C}, 1x1`, [2, C, 4, 4], [C, 1, 1, 1], { ...plain, group: C }],
      [`depthwise ${C}, stride 2`, [2, C, 8, 8], [C, 1, 3, 3], { ...halved, group: C }],
      [`depthwise ${C}, stride 2, odd`, [2, C, 7, 7], [C, 1, 3, 3], { ...halved, group: C }],
      [
        `depthwise ${C}, stride 2, padded after only`,
        [2, C, 8, 8],
        [C, 1, 3, 3],
        { ...halved, pads: [0, 0, 1, 1], group: C },
      ],
      [`depthwise ${C}, stride 3`, [2, C, 9, 9], [C, 1, 3, 3], { ...same, strides: [3, 3], group: C }],
      [`depthwise ${C}, dilated`, [2, C, 9, 9], [C, 1, 3, 3], { ...same, dilations: [2, 2], group: C }],
      [
        `depthwise ${C}, padded by more than itself`,
        [1, C, 5, 5],
        [C, 1, 2, 2],
        { ...plain, pads: [2, 2, 2, 2], group: C },
      ],
    ]),
    ['depthwise 8, blocks of two images', [2, 8, 6, 7], [8, 1, 3, 3], { ...same, group: 8 }],
    ['depthwise 8, blocks of two images, stride 2', [2, 8, 8, 8], [8, 1, 3, 3], { ...halved, group: 8 }],
    ['depthwise 12, no whole blocks', [1, 12, 6, 6], [12, 1, 3, 3], { ...same, group: 12 }],
    ['depthwise, two filters a channel', [2, 16, 6, 6], [32, 1, 3, 3], { ...same, group: 16 }],
  ];
}

/** Those whose bias keeps a rule off, and those that take it along. */
export function biasedConvolutions(): Geometry[] {
  const wanted = [
    '3x3, small map',
    '3x3 of whole blocks, middle map',
    'depthwise 16',
    'depthwise 8, blocks of two images',
    'patches',
  ];
  return convolutions().filter(([name]) => wanted.includes(name));
}

/** The smallest nearly square map of at least so many pixels. */
export function mapOf(pixels: number): readonly [number, number] {
  const width = Math.ceil(Math.sqrt(pixels));
  return [Math.ceil(pixels / width), width];
}

/** A nearly square map of fewer pixels. */
export function mapBelow(pixels: number): readonly [number, number] {
  const [, width] = mapOf(pixels);
  return [width - 1, width];
}

/** A nearly square map of more pixels. */
function mapAbove(pixels: number): readonly [number, number] {
  const [, width] = mapOf(pixels);
  return [width + 1, width];
}
