import { at } from '../../errors.js';
import type { ResNetOptions } from './options.js';

export interface Block {
  readonly name: string;
  /** Channels of its input. */
  readonly before: number;
  readonly out: number;
  readonly layers: readonly Layer[];
  readonly stride: number;
  readonly squeeze: number | undefined;
  /** The stage that this block ends. */
  readonly endOf: string | undefined;
}

/** One convolution of a block, followed by BatchNorm. */
export interface Layer {
  readonly before: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
}

/** The blocks of all stages, in order. The first of a stage, but for the first stage, halves the map. */
export function blocksOf(options: ResNetOptions): Block[] {
  const { stem, stages, bottleneck, groups = 1, stridedConvolution = 2 } = options;
  let before = at(stem.channels, stem.channels.length - 1);
  return stages.flatMap(({ blocks, width, out, squeeze }, stage) =>
    Array.from({ length: blocks }, (_, i): Block => {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const [first, second] = bottleneck && stridedConvolution === 2 ? [1, stride] : [stride, 1];
      const layers: Layer[] = bottleneck
        ? [
            { before, out: width, kernel: 1, stride: first, groups: 1 },
            { before: width, out: width, kernel: 3, stride: second, groups },
            { before: width, out, kernel: 1, stride: 1, groups: 1 },
          ]
        : [
            { before, out: width, kernel: 3, stride: first, groups: 1 },
            { before: width, out, kernel: 3, stride: second, groups: 1 },
          ];
      const name = `layer${stage + 1}.${i}`;
      const endOf = i === blocks - 1 ? `stage${stage + 1}` : undefined;
      const block = { name, before, out, layers, stride, squeeze, endOf };
      before = out;
      return block;
    }),
  );
}

/** Whether a block's shortcut has a convolution of its own. */
export function projects({ before, out, stride }: Block): boolean {
  return stride !== 1 || before !== out;
}
