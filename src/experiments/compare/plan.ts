import { percentOf } from '../../run/options/percent-of.js';
import type { ExperimentRun, Place } from './record.js';
import type { CompareRequest } from './request.js';

/** Where an experiment's runs are, inside its folder. */
export const RUNS = 'runs';

/**
 * All runs of an experiment, in their order: seed by seed, so that whenever it is stopped, what is there compares all
 * methods on equal terms.
 */
export function plannedRuns({ data, models, methods, fractions, seeds }: CompareRequest): ExperimentRun[] {
  const taken = new Set<string>();
  const pathOf = (place: Place): string => {
    const own = runOf(place);
    let run = own;
    for (let n = 2; taken.has(run); n++) run = `${own}-${n}`;
    taken.add(run);
    return run;
  };
  return seeds.flatMap((seed) =>
    data.flatMap((dataset) =>
      models.flatMap((model) =>
        fractions.flatMap((fraction) =>
          methods.map(({ label }) => {
            const place: Place = { dataset: dataset.name, model: model.name, method: label, fraction, seed };
            return { ...place, run: pathOf(place), status: 'planned' as const };
          }),
        ),
      ),
    ),
  );
}

/** The name of a run's folder. */
export function runName(run: string): string {
  return run.slice(RUNS.length + 1);
}

function runOf({ dataset, model, method, fraction, seed }: Place): string {
  return `${RUNS}/${[dataset, model, folderName(method), percentOf(fraction), seed].join('-')}`;
}

/** Any text as a part of a folder's name. */
export function folderName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._=+]+/gu, '-').replace(/^-+|-+$/g, '');
}
