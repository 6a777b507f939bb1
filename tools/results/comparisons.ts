import type { MethodName } from '../../src/methods/index.js';

/** Methods on datasets, with seeds 0, 1, 2, ...; paths are inside the folder of models and datasets. */
export interface Comparison {
  readonly model: string;
  readonly datasets: readonly string[];
  readonly methods: readonly MethodName[];
  readonly seeds: number;
  readonly epochs: number;
  readonly imageSize?: number;
  /** Source images of the methods that train on some. */
  readonly source?: string;
  /** A method's lambda is its default times one of these: the one whose run of seed 0 is best in validation. */
  readonly factors: readonly number[];
}

/** The comparisons of docs/results.md, by the names of its blocks. */
export const comparisons = {
  photographs: {
    model: 'models/mobilenet-v2-100-224',
    datasets: ['datasets/flowers12', 'datasets/grocery50'],
    methods: ['fine-tuning', 'adarand'],
    seeds: 3,
    epochs: 10,
    imageSize: 128,
    factors: [1],
  },
  methods: {
    model: 'models/resnet20-cifar10',
    datasets: ['datasets/flowers12'],
    methods: [
      'fine-tuning',
      'head-only',
      'fnp',
      'l2-sp',
      'delta',
      'bss',
      'core-tuning',
      'dr-tune',
      'co-tuning',
      'uot',
      'borrowing-treasures',
      'randreg',
      'adarand',
    ],
    seeds: 3,
    epochs: 12,
    source: 'datasets/cifar10_sample/train',
    factors: [1, 0.1, 0.01],
  },
} as const satisfies Record<string, Comparison>;

export type ComparisonName = keyof typeof comparisons;

export function isComparison(name: string): name is ComparisonName {
  return Object.hasOwn(comparisons, name);
}
