/** Evidence of experiments that nobody made, with known answers. */
import { type Evidence, evidenceSchema, measureNames } from '../../tools/claims/evidence/schema.js';
import { someMachine } from './machine.js';

/** Of each test set. */
const TEST_IMAGES = 10_000;
export const FEATURES = 100;

type Method = Evidence['request']['methods'][number];

/** Forms of methods that claims are about, by the labels that they have here. */
export const labels = {
  plain: { label: 'plain', name: 'fine-tuning', options: {}, train: {} },
  fnp: { label: 'fnp', name: 'fnp', options: {}, train: {} },
  'dr-tune': { label: 'dr-tune', name: 'dr-tune', options: {}, train: {} },
  'l2-sp': { label: 'l2-sp', name: 'l2-sp', options: {}, train: {} },
  delta: { label: 'delta', name: 'delta', options: {}, train: {} },
  bss: { label: 'bss', name: 'bss', options: {}, train: {} },
  'core-tuning': { label: 'core-tuning', name: 'core-tuning', options: {}, train: {} },
  'co-tuning': { label: 'co-tuning', name: 'co-tuning', options: {}, train: {} },
  uot: { label: 'uot', name: 'uot', options: {}, train: {} },
  uniform: { label: 'uniform', name: 'randreg', options: { prior: 'uniform' }, train: {} },
  normal: { label: 'normal', name: 'randreg', options: { prior: 'normal' }, train: {} },
  pretrained: { label: 'pretrained', name: 'randreg', options: { prior: 'pretrained' }, train: {} },
  class: { label: 'class', name: 'randreg', options: { prior: 'class' }, train: {} },
  adarand: { label: 'adarand', name: 'adarand', options: {}, train: {} },
  'no-intra': { label: 'no-intra', name: 'adarand', options: { intra: false }, train: {} },
  'no-inter': { label: 'no-inter', name: 'adarand', options: { inter: false }, train: {} },
} as const satisfies Readonly<Record<string, Method>>;

export type Label = keyof typeof labels;

/** What a run has reached; what is left out is the same for all. */
export interface Reached {
  /** In percent. */
  readonly accuracy?: number | null;
  /** From 0 to 1. */
  readonly valAccuracy?: number;
  readonly norms?: readonly [first: number, last: number];
  /** Nats; of the training images after the last epoch. */
  readonly entropy?: number;
  readonly mutualInformation?: number;
  readonly headGradient?: number;
  readonly seconds?: number;
  readonly memory?: number | null;
  readonly status?: 'failed' | 'unfinished';
}

export interface Described {
  readonly name?: string;
  readonly methods: readonly Label[];
  readonly datasets?: readonly string[];
  readonly seeds?: number;
  readonly fractions?: readonly number[];
  run(place: {
    readonly dataset: string;
    readonly label: Label;
    readonly fraction: number;
    readonly seed: number;
  }): Reached;
}

export function syntheticEvidence({
  name = 'synthetic',
  methods,
  datasets = ['a', 'b'],
  seeds: n = 5,
  fractions = [0.25],
  run,
}: Described): Evidence {
  const seeds = Array.from({ length: n }, (_, seed) => seed);
  const places = datasets.flatMap((dataset) =>
    fractions.flatMap((fraction) => seeds.map((seed) => ({ dataset, fraction, seed }))),
  );
  return evidenceSchema.parse({
    format: 1,
    name,
    request: {
      methods: methods.map((label) => labels[label]),
      fractions,
      seeds,
      preset: 'none',
      search: null,
      options: {},
    },
    measures: measureNames,
    networks: [{ name: 'network', fingerprint: 'f', feature_size: FEATURES }],
    machines: [{ ...someMachine, threads: 1 }],
    images: places.map((place) => ({
      ...place,
      ...{ classes: 3, train: 100, val: 20, test: TEST_IMAGES, fingerprint: 'i' },
    })),
    searches: [],
    runs: places.flatMap((place) =>
      methods.map((label) => {
        const whole = { ...place, model: 'network', method: label };
        const reached = run({ ...place, label });
        if (reached.status === 'unfinished') return { ...whole, status: 'unfinished' };
        if (reached.status === 'failed') return { ...whole, status: 'failed', why: 'it diverged' };
        return { ...whole, ...finding(reached) };
      }),
    ),
  });
}

function finding({
  accuracy = 50,
  valAccuracy = 0.5,
  norms = [10, 10],
  entropy = 300,
  mutualInformation = 50,
  headGradient = 1,
  seconds = 1,
  memory = null,
}: Reached) {
  const epoch = (number: number, norm: number) => ({
    epoch: number,
    head_gradient_norm: headGradient,
    train: [norm, entropy, entropy - mutualInformation, mutualInformation],
    val: null,
  });
  return {
    status: 'finished',
    test_right: accuracy === null ? null : Math.round((accuracy / 100) * TEST_IMAGES),
    val_accuracy: valAccuracy,
    best_epoch: 3,
    epochs: 4,
    lambda: 1,
    effective_lambda: 0.1,
    learning_rate: 0.01,
    seconds_per_epoch: 2 * seconds,
    training_seconds_per_epoch: seconds,
    peak_memory_bytes: memory,
    machine: 0,
    date: '2026-01-01',
    first: epoch(1, norms[0]),
    last: epoch(4, norms[1]),
  };
}
