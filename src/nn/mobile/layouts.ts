import type { Activation } from '../activations.js';
import type { MobileNetOptions, Stage } from './options.js';

/** What is computed by networks whose stages look alike: what tensors cannot tell. */
export interface Layout {
  readonly modelType: MobileNetOptions['modelType'];
  readonly kind: 'v2' | 'v3-large' | 'v3-small' | 'efficientnet' | 'efficientnet-lite';
  /** Of each stage: separable, inverted or one convolution, and the side of the kernel. */
  readonly stages: string;
  /** Which blocks have squeeze-and-excitation. */
  readonly squeezed: 'all' | 'some' | 'none';
  readonly head: MobileNetOptions['head']['kind'];
  readonly strides: readonly Stage['stride'][];
  readonly activation: Activation;
  /** How many stages have ReLU instead. Default 0. */
  readonly rectified?: number;
  readonly squeeze?: MobileNetOptions['squeeze'];
}

const seven = [1, 2, 2, 2, 1, 2, 1] as const;
const six = [2, 2, 2, 1, 2, 1] as const;
const v2 = { modelType: 'mobilenet_v2', kind: 'v2', head: 'map', strides: seven } as const;
const efficient = { modelType: 'efficientnet', head: 'map', strides: seven } as const;
const v3 = { modelType: 'mobilenet_v3', head: 'pooled', squeezed: 'some', activation: 'hard-swish' } as const;
const minimal = { ...v3, squeezed: 'none', activation: 'relu' } as const;
const large = { kind: 'v3-large', strides: seven } as const;
const small = { kind: 'v3-small', strides: six } as const;
const hard = { activation: 'relu', gate: 'hard-sigmoid' } as const;

/** No two look alike. */
export const layouts: readonly Layout[] = [
  { ...v2, stages: 's3 i3 i3 i3 i3 i3 i3', squeezed: 'none', activation: 'relu6' },
  {
    ...efficient,
    kind: 'efficientnet',
    stages: 's3 i3 i5 i3 i5 i5 i3',
    squeezed: 'all',
    activation: 'silu',
    squeeze: { activation: 'silu', gate: 'sigmoid' },
  },
  {
    ...efficient,
    kind: 'efficientnet-lite',
    stages: 's3 i3 i5 i3 i5 i5 i3',
    squeezed: 'none',
    activation: 'relu6',
  },
  { ...v3, ...large, stages: 's3 i3 i5 i3 i3 i5 c1', rectified: 3, squeeze: hard },
  { ...v3, ...small, stages: 's3 i3 i5 i5 i5 c1', rectified: 2, squeeze: hard },
  { ...minimal, ...large, stages: 's3 i3 i3 i3 i3 i3 c1' },
  { ...minimal, ...small, stages: 's3 i3 i3 i3 i3 c1' },
];
