import { at } from '../../errors.js';
import type { Layout } from './layouts.js';
import type { MobileNetOptions } from './options.js';

/** Width of the last layer and number of blocks, and the side of the images, by Tan and Le 2019, and B8 of Xie et al. 2020. */
const efficientNets = [
  [1280, 16, 224],
  [1280, 23, 240],
  [1408, 23, 260],
  [1536, 26, 300],
  [1792, 32, 380],
  [2048, 39, 456],
  [2304, 45, 528],
  [2560, 55, 600],
  [2816, 61, 672],
] as const;

/** As timm calls it. */
export function nameOf(
  { kind, squeezed }: Layout,
  { stages, head }: Pick<MobileNetOptions, 'stages' | 'head'>,
): string {
  const channels = (stage: number, usual: number) => {
    const { blocks } = at(stages, stage);
    return String(Math.round((100 * at(blocks, 0).out) / usual)).padStart(3, '0');
  };
  const minimal = squeezed === 'none' ? 'minimal_' : '';
  switch (kind) {
    case 'v2':
      return `mobilenetv2_${channels(6, 320)}`;
    case 'v3-large':
      return `mobilenetv3_large_${minimal}${channels(5, 160)}`;
    case 'v3-small':
      return `mobilenetv3_small_${minimal}${channels(4, 96)}`;
    case 'efficientnet-lite':
      return 'efficientnet_lite';
    case 'efficientnet': {
      const count = stages.flatMap(({ blocks }) => blocks).length;
      const size = efficientNets.findIndex(([width, blocks]) => width === head.width && blocks === count);
      return size < 0 ? `efficientnet_${count}_${head.width}` : `efficientnet_b${size}`;
    }
  }
}

/** Side of the images that a network was made for. */
export function imageSideOf(name: string): number {
  return efficientNets.find((_, size) => name === `efficientnet_b${size}`)?.[2] ?? 224;
}
