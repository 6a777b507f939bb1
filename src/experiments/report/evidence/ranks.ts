import { type Friedman, friedman } from '../../../analysis/friedman.js';
import { criticalDifference } from '../../../analysis/nemenyi.js';
import { mean } from '../../../analysis/statistics.js';
import type { Evidence } from './evidence.js';
import { groupBy } from './group-by.js';
import { accuracyOf, type Panel, panelsOf } from './panels.js';

/** Ranks of methods over datasets, with one network and one share of the images. */
export interface Ranking extends Friedman {
  readonly model: string;
  readonly fraction: number;
  readonly methods: readonly string[];
  readonly datasets: readonly string[];
  /** Of mean ranks (Nemenyi); undefined for two methods, of which the Friedman test already says it. */
  readonly critical: number | undefined;
}

/** Fewer datasets than this have no ranks worth a mean. */
export const FEWEST_DATASETS = 3;

/** Rankings where there are three datasets or more on which the same two methods or more have ended. */
export function rankingsOf(evidence: Evidence): Ranking[] {
  const networks = groupBy(panelsOf(evidence), ({ model }) => model);
  return Array.from(networks, ([model, panels]) => {
    const fractions = Array.from(new Set(panels.flatMap((panel) => panel.fractions))).sort((a, b) => b - a);
    return fractions.flatMap((fraction) => rankingOf(model, fraction, panels, evidence) ?? []);
  }).flat();
}

function rankingOf(
  model: string,
  fraction: number,
  panels: readonly Panel[],
  { methods: all, split }: Evidence,
): Ranking | undefined {
  const has = (panel: Panel, method: string) => panel.cell(method, fraction).finished.length > 0;
  const shown = panels.filter((panel) => panel.methods.some((method) => has(panel, method)));
  const methods = all.filter((method) => shown.every((panel) => has(panel, method)));
  if (shown.length < FEWEST_DATASETS || methods.length < 2) return undefined;
  const scores = shown.map((panel) =>
    methods.map((method) =>
      // Equal but for rounding is equal.
      Number(mean(panel.cell(method, fraction).finished.map((run) => accuracyOf(run, split))).toFixed(9)),
    ),
  );
  return {
    ...friedman(scores),
    model,
    fraction,
    methods,
    datasets: shown.map(({ dataset }) => dataset),
    critical: methods.length > 2 ? criticalDifference(methods.length, shown.length) : undefined,
  };
}
