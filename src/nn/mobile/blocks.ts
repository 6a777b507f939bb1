import type { Activation } from '../activations.js';
import type { BlockShape, MobileNetOptions } from './options.js';

export interface Block {
  readonly name: string;
  readonly units: readonly Unit[];
  /** Whether its input is added to its output. */
  readonly shortcut: boolean;
  readonly activation: Activation;
  readonly out: number;
  /** The feature map that this block ends: what runs at one resolution. */
  readonly endOf: string | undefined;
}

/** One convolution of a block, followed by BatchNorm. */
export interface Unit {
  readonly conv: string;
  readonly norm: string;
  readonly before: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly depthwise: boolean;
  readonly activated: boolean;
  /** Squeeze-and-excitation that follows. */
  readonly squeeze?: { readonly name: string; readonly hidden: number } | undefined;
}

/** The blocks of all stages, in order, with timm's names. */
export function blocksOf({ stem, stages, activation }: MobileNetOptions): Block[] {
  const flat = stages.flatMap(({ stride, blocks, activation: own = activation }, s) =>
    blocks.map((shape, i) => ({
      name: `blocks.${s}.${i}`,
      shape,
      stride: i === 0 ? stride : 1,
      activation: own,
    })),
  );
  let [before, stage] = [stem, 0];
  return flat.map(({ name, shape, stride, activation: own }, i) => {
    const ends = flat[i + 1]?.stride !== 1;
    if (ends) stage += 1;
    const block = {
      name,
      units: unitsOf(name, shape, before, stride),
      shortcut: shape.kind !== 'convolution' && stride === 1 && before === shape.out,
      activation: own,
      out: shape.out,
      endOf: ends ? `stage${stage}` : undefined,
    };
    before = shape.out;
    return block;
  });
}

function unitsOf(block: string, shape: BlockShape, before: number, stride: number): Unit[] {
  const { kind, kernel, hidden, out } = shape;
  const plain = { kernel: 1, stride: 1, depthwise: false, activated: true };
  const names = (conv: string, norm: number) => ({ conv: `${block}.${conv}`, norm: `${block}.bn${norm}` });
  if (kind === 'convolution') return [{ ...plain, ...names('conv', 1), before, out, kernel, stride }];
  const squeeze = shape.squeeze === undefined ? undefined : { name: `${block}.se`, hidden: shape.squeeze };
  const spread = { before: hidden, out: hidden, kernel, stride, depthwise: true, activated: true, squeeze };
  const project = { ...plain, before: hidden, out, activated: false };
  return kind === 'separable'
    ? [
        { ...spread, ...names('conv_dw', 1) },
        { ...project, ...names('conv_pw', 2) },
      ]
    : [
        { ...plain, ...names('conv_pw', 1), before, out: hidden },
        { ...spread, ...names('conv_dw', 2) },
        { ...project, ...names('conv_pwl', 3) },
      ];
}
