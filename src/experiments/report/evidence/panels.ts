import { at } from '../../../errors.js';
import { type Evidence, type FinishedRun, isFinished, type RunEvidence } from './evidence.js';
import { groupBy } from './group-by.js';

/** Runs of one dataset with one network: what can be compared. */
export interface Panel {
  readonly dataset: string;
  readonly model: string;
  /** Falling: all images first. */
  readonly fractions: readonly number[];
  readonly methods: readonly string[];
  cell(method: string, fraction: number): Cell;
}

/** Runs that differ in their seed alone. */
export interface Cell {
  readonly runs: readonly RunEvidence[];
  /** By seed. */
  readonly finished: readonly FinishedRun[];
  readonly failed: number;
  readonly unfinished: number;
}

/** By dataset and network, in the order of the runs. */
export function panelsOf({ runs, methods }: Pick<Evidence, 'runs' | 'methods'>): Panel[] {
  const groups = groupBy(runs, ({ place }) => JSON.stringify([place.dataset, place.model]));
  return Array.from(groups.values(), (group) => {
    const { dataset, model } = at(group, 0).place;
    const cells = groupBy(group, ({ place }) => keyOf(place.method, place.fraction));
    return {
      dataset,
      model,
      fractions: Array.from(new Set(group.map(({ place }) => place.fraction))).sort((a, b) => b - a),
      methods: methods.filter((method) => group.some(({ place }) => place.method === method)),
      cell: (method, fraction) => cellOf(cells.get(keyOf(method, fraction)) ?? []),
    };
  });
}

const keyOf = (method: string, fraction: number) => JSON.stringify([method, fraction]);

function cellOf(runs: readonly RunEvidence[]): Cell {
  return {
    runs,
    finished: runs.filter(isFinished).sort((a, b) => a.place.seed - b.place.seed),
    failed: runs.filter(({ status }) => status === 'failed').length,
    unfinished: runs.filter(({ status }) => status === 'unfinished').length,
  };
}

/** In percent. */
export function accuracyOf({ summary }: FinishedRun, split: Evidence['split']): number {
  return 100 * ((split === 'test' ? summary.test_accuracy : summary.val_accuracy) ?? Number.NaN);
}

/** Runs of two cells that have the same seed. */
export function pairsOf(a: Cell, b: Cell): (readonly [FinishedRun, FinishedRun])[] {
  return a.finished.flatMap((run) => {
    const other = b.finished.find(({ place }) => place.seed === run.place.seed);
    return other === undefined ? [] : [[run, other] as const];
  });
}

/** `flowers, mobilenet`; of one dataset or one network in all, what differs. */
export function namesOf(panels: readonly Panel[]): (panel: Panel) => string {
  const several = (of: 'dataset' | 'model') => new Set(panels.map((panel) => panel[of])).size > 1;
  const [datasets, models] = [several('dataset'), several('model')];
  return ({ dataset, model }) => (models ? (datasets ? `${dataset}, ${model}` : model) : dataset);
}

/** `100 %`, `2.5 %`. */
export function fractionText(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(3))} %`;
}
