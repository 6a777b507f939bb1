/**
 * What the AdaRand paper reports (Yamaguchi, Kanai, Adachi, Chijiwa, CVPR 2024, arXiv 2403.10097), as far as the claims need
 * it. All of it is of Stanford Cars. Accuracies are means of three runs, in percent.
 */
import { mean } from '../../src/analysis/statistics.js';
import { invariant } from '../../src/errors.js';

interface Table2Row {
  readonly network: string;
  readonly fineTuning: number;
  readonly fnp: number;
  readonly drTune: number;
  /** Of the best of its three priors, by the test images. */
  readonly bestRandReg: number;
  readonly adaRand: number;
}

const row = (
  network: string,
  ...[fineTuning, fnp, drTune, bestRandReg, adaRand]: [number, number, number, number, number]
): Table2Row => ({ network, fineTuning, fnp, drTune, bestRandReg, adaRand });

/** Table 2: networks and their pretraining, all training images. */
const table2: readonly Table2Row[] = [
  row('ResNet-50, ImageNet', 89.14, 90.27, 90.38, 90.61, 91.17),
  row('ViT-B/32, ImageNet', 78.56, 81.77, 79.49, 82.46, 83.84),
  row('ViT-B/16, ImageNet', 87.35, 88.75, 88.19, 88.88, 89.54),
  row('ResNet-50, SimCLR', 83.73, 84.53, 84.05, 84.08, 85.51),
  row('ResNet-50, Barlow Twins', 86.98, 87.44, 86.69, 87.74, 88.23),
  row('ResNet-50, CLIP', 88.72, 90.19, 90.16, 90.78, 91.25),
  row('ViT-B/32, CLIP', 83.56, 85.79, 85.71, 86.83, 87.4),
  row('ViT-B/16, CLIP', 90.35, 91.24, 90.47, 91.33, 92.84),
];

/** A difference that the paper reports, and where. */
export interface Reported {
  readonly value: number;
  readonly where: string;
}

/** The mean over Table 2's networks of a difference of two of its columns: none of them is ours. */
export function inTable2(
  better: Exclude<keyof Table2Row, 'network'>,
  other: Exclude<keyof Table2Row, 'network'>,
): Reported {
  const differences = table2.map((one) => one[better] - one[other]);
  return {
    value: mean(differences),
    where: `Table 2, mean of ${table2.length} networks, from ${Math.min(...differences).toFixed(2)} to ${Math.max(...differences).toFixed(2)}`,
  };
}

/** Of ResNet-50 with all training images: accuracy, seconds of an epoch, MiB of GPU memory. */
export const costTable = {
  'fine-tuning': { accuracy: 88.29, seconds: 9.737, memory: 8073 },
  'l2-sp': { accuracy: 88.5, seconds: 12.405, memory: 8153 },
  delta: { accuracy: 89.0, seconds: 14.733, memory: 9211 },
  bss: { accuracy: 89.7, seconds: 11.403, memory: 8227 },
  'core-tuning': { accuracy: 90.01, seconds: 16.872, memory: 24_223 },
  'co-tuning': { accuracy: 90.66, seconds: 11.546, memory: 8125 },
  uot: { accuracy: 90.82, seconds: 12.405, memory: 14_293 },
  'randreg, class statistics': { accuracy: 90.55, seconds: 11.552, memory: 8075 },
  'adarand without l_intra': { accuracy: 90.81, seconds: 12.41, memory: 8585 },
  'adarand without l_inter': { accuracy: 90.99, seconds: 12.841, memory: 8585 },
  adarand: { accuracy: 91.17, seconds: 13.824, memory: 8585 },
} as const;

/** How much more accurate AdaRand is there. */
export function inCostTable(other: keyof typeof costTable): Reported {
  return {
    value: costTable.adarand.accuracy - costTable[other].accuracy,
    where: 'table of time and memory',
  };
}

/** What AdaRand gains over plain fine-tuning by the share of the training images: Table 4; of all of them, Table 2's first row. */
export const gains: ReadonlyMap<number, number> = new Map([
  [0.1, 27.55 - 19.58],
  [0.25, 61.09 - 53.1],
  [0.5, 82.19 - 77.86],
  [1, 91.17 - 89.14],
]);

/** Of a share that is one of them. */
export function gainAt(share: number): number {
  const gain = gains.get(share);
  invariant(gain !== undefined, `the paper has no gain with ${100 * share} %`);
  return gain;
}

/** Figure 2, read off by eye, of features of 2048 numbers: after the first epoch and the last. */
export const figure2 = {
  features: 2048,
  norm: {
    fineTuning: { first: 19.8, last: 22.8 },
    uniform: { first: 17.1, last: 8.1 },
    adaRand: { first: 19.1, last: 21.5 },
  },
  headGradient: { fineTuning: 0.7, uniform: 0.45, adaRand: 0.58 },
  /** Nats. */
  entropy: { fineTuning: 6910, uniform: 5430, adaRand: 7830 },
  /** Nats. */
  mutualInformation: { fineTuning: 362, uniform: 565, adaRand: 690 },
} as const;
