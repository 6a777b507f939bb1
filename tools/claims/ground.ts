import { groupBy } from '../../src/experiments/report/evidence/group-by.js';
import type { Evidence, RunFinding } from './evidence/schema.js';

/** Runs that can be compared: of one experiment, with one network, on one share of the training images, or on two. */
export interface Ground {
  readonly evidence: Evidence;
  readonly network: string;
  /** Rising. */
  readonly shares: readonly number[];
  readonly datasets: readonly string[];
  readonly seeds: readonly number[];
  /** Those of a method's label, by dataset and seed. */
  run(place: RunPlace): RunFinding | undefined;
}

export interface RunPlace {
  readonly dataset: string;
  readonly method: string;
  readonly share: number;
  readonly seed: number;
}

/** All that an experiment has; `choose` says which of its shares, which rise, are compared with each other. */
export function groundsIn(
  evidence: Evidence,
  choose: (shares: readonly number[]) => readonly (readonly number[])[],
): Ground[] {
  const keyOf = ({ dataset, method, share, seed }: RunPlace) =>
    JSON.stringify([dataset, method, share, seed]);
  return Array.from(groupBy(evidence.runs, ({ model }) => model)).flatMap(([network, runs]) => {
    const places = new Map(runs.map((run) => [keyOf({ ...run, share: run.fraction }), run]));
    const shares = distinct(runs.map(({ fraction }) => fraction)).sort((a, b) => a - b);
    return choose(shares).map((chosen) => ({
      evidence,
      network,
      shares: chosen,
      datasets: distinct(runs.map(({ dataset }) => dataset)).sort(),
      seeds: distinct(runs.map(({ seed }) => seed)).sort((a, b) => a - b),
      run: (place) => places.get(keyOf(place)),
    }));
  });
}

function distinct<T>(items: readonly T[]): T[] {
  return Array.from(new Set(items));
}
