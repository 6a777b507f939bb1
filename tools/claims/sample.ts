import { at } from '../../src/errors.js';
import type { ComparedRun, Part } from './claim.js';
import type { Ground } from './ground.js';
import { Missing } from './missing.js';

/** What the runs of a ground say of a part. */
export interface Sample {
  readonly ground: Ground;
  /** Those that any value is known of. */
  readonly datasets: readonly DatasetValues[];
  /** Datasets that no value is known of. */
  readonly without: readonly string[];
  /** Failed runs that a value would need. */
  readonly failed: number;
}

export interface DatasetValues {
  readonly dataset: string;
  /** One for each of its seeds, in their order. */
  readonly values: readonly number[];
}

/** @returns what there would have to be: methods or measures that the ground lacks, the end of runs. */
export function sampleOf(part: Part, ground: Ground): Sample | Missing {
  const unfinished = new Set<unknown>();
  const failed = new Set<unknown>();
  const missing = new Set<string>();
  const found = ground.datasets.map((dataset) => {
    const runsAt = runsOf(part, ground, dataset);
    if (runsAt instanceof Missing) {
      missing.add(runsAt.what);
      return { dataset, values: [] };
    }
    const values = ground.seeds.flatMap((seed) => {
      const runs = runsAt(seed);
      const compared = runs.flatMap((run) => {
        if (run === undefined || run.status === 'unfinished') unfinished.add(run ?? Symbol());
        else if (run.status === 'failed') failed.add(run);
        else return [comparedRun(ground, run)];
        return [];
      });
      if (compared.length < runs.length) return [];
      const value = part.valueOf(compared);
      if (!(value instanceof Missing)) return [value];
      missing.add(value.what);
      return [];
    });
    return { dataset, values };
  });
  // Judged as runs come in, one of many looks would find something by chance.
  if (unfinished.size > 0) return new Missing(`the end of ${unfinished.size} of the runs`);
  const datasets = found.filter(({ values }) => values.length > 0);
  if (datasets.length === 0) return new Missing(Array.from(missing).join(', ') || 'runs that did not fail');
  return {
    ground,
    datasets,
    without: found.filter(({ values }) => values.length === 0).map(({ dataset }) => dataset),
    failed: failed.size,
  };
}

function runsOf(part: Part, ground: Ground, dataset: string) {
  const places = part.needs.map(({ contestant, share = 'less' }) => {
    const fraction = at(ground.shares, share === 'less' ? 0 : ground.shares.length - 1);
    return { share: fraction, method: contestant.labelIn(ground, dataset, fraction) };
  });
  const missing = places.flatMap(({ method }) => (method instanceof Missing ? method.what : []));
  if (missing.length > 0) return new Missing(Array.from(new Set(missing)).join(', '));
  return (seed: number) =>
    places.map(({ share, method }) =>
      method instanceof Missing ? undefined : ground.run({ dataset, method, share, seed }),
    );
}

function comparedRun({ evidence }: Ground, run: ComparedRun['run']): ComparedRun {
  const { dataset, fraction, seed, model } = run;
  const images = evidence.images.find(
    (one) => one.dataset === dataset && one.fraction === fraction && one.seed === seed,
  );
  const network = evidence.networks.find(({ name }) => name === model);
  // Evidence was checked to have both.
  if (images === undefined || network === undefined)
    throw new Error(`${dataset} or ${model} is not described`);
  return { run, testImages: images.test, featureSize: network.feature_size };
}
