import { mean } from '../../src/analysis/statistics.js';
import { type VariantName, variantOf } from '../../src/experiments/report/evidence/variants.js';
import type { MethodName } from '../../src/methods/index.js';
import type { Evidence } from './evidence/schema.js';
import type { Ground } from './ground.js';
import { Missing } from './missing.js';

/** A method that a claim is about. */
export interface Contestant {
  readonly title: string;
  /** The label that its runs have on a dataset. */
  labelIn(ground: Ground, dataset: string, share: number): string | Missing;
}

type Method = Evidence['request']['methods'][number];

/** A form of AdaRand or RandReg. */
export function variant(name: VariantName): Contestant {
  return {
    title: name,
    labelIn: (ground) => onlyLabel(ground, name, (method) => variantOf(method.name, method.options) === name),
  };
}

/** Another method, with no options of its own. */
export function plain(name: MethodName, title: string): Contestant {
  return {
    title,
    labelIn: (ground) =>
      onlyLabel(ground, title, (method) => method.name === name && Object.keys(method.options).length === 0),
  };
}

export const adaRand = variant('AdaRand');
export const fineTuning = plain('fine-tuning', 'plain fine-tuning');
export const uniformRandReg = variant('RandReg, U(0, 1)');

/** The priors of RandReg that the paper's Table 1 has. */
const priors = [
  'RandReg, U(0, 1)',
  'RandReg, N(0, 1)',
  'RandReg, pretrained statistics',
] as const satisfies readonly VariantName[];

/**
 * RandReg with the prior that is best on the dataset by validation, mean over seeds: the test images choose nothing, as they do
 * where the paper takes the best of a row.
 */
export const bestPrior: Contestant = {
  title: 'best RandReg',
  labelIn: (ground, dataset, share) => {
    const labels = priors.map((name) => variant(name).labelIn(ground, dataset, share));
    const missing = labels.filter((label) => label instanceof Missing);
    if (missing.length > 0) return new Missing(missing.map(({ what }) => what).join(', '));
    let best: { readonly label: string; readonly accuracy: number } | undefined;
    for (const label of labels.filter((one) => typeof one === 'string')) {
      const runs = ground.seeds.map((seed) => ground.run({ dataset, method: label, share, seed }));
      if (runs.some((run) => run?.status === 'unfinished'))
        return new Missing(`the end of the runs of ${label}`);
      const accuracies = runs.flatMap((run) => (run?.status === 'finished' ? (run.val_accuracy ?? []) : []));
      if (accuracies.length === 0) return new Missing(`validated runs of ${label} on ${dataset}`);
      const accuracy = mean(accuracies);
      if (best === undefined || accuracy > best.accuracy) best = { label, accuracy };
    }
    return best?.label ?? new Missing('a prior');
  },
};

function onlyLabel(ground: Ground, title: string, is: (method: Method) => boolean): string | Missing {
  const found = ground.evidence.request.methods.filter(is);
  const [first, ...others] = found;
  if (first === undefined) return new Missing(`runs of ${title}`);
  if (others.length === 0) return first.label;
  return new Missing(`one form of ${title} (not ${found.map(({ label }) => label).join('; ')})`);
}
