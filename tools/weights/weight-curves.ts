import { mean, median, sampleStandardDeviation } from '../../src/analysis/statistics.js';
import { at, invariant } from '../../src/errors.js';
import { isMethodName, type MethodName } from '../../src/methods/index.js';
import { cellOf, isTrained, type Measured, type Trained } from './measured.js';

/** What factors on a method's default weight lead to, over the cells in which all of them were tried. */
export interface MethodCurve {
  readonly method: MethodName;
  readonly cells: number;
  /** Cells that are left out, because a run with one of the factors, or plain fine-tuning, diverged. */
  readonly diverged: number;
  /** Rising by factor. */
  readonly points: readonly CurvePoint[];
  /** How far the default's kept accuracy falls behind that of the best factor: median and largest over the cells. */
  readonly behind: { readonly median: number; readonly worst: number };
}

export interface CurvePoint {
  readonly factor: number;
  /** Mean over the cells of the last epoch's accuracy, less that of plain fine-tuning. */
  readonly gain: number;
  /** Of the single cells' gains around `gain`: their standard deviation. */
  readonly spread: number;
  /** Mean over the cells of the kept accuracy, less that of plain fine-tuning. */
  readonly keptGain: number;
  /** Cells in which the last epoch is at chance: below 1.5 / K. */
  readonly atChance: number;
}

const CLASSES: Readonly<Record<string, number>> = {
  flowers12: 12,
  textures10: 10,
  grocery50: 50,
  clothing10: 10,
};

export function curvesOf(runs: readonly Measured[]): MethodCurve[] {
  const byCell = new Map<string, Measured[]>();
  for (const run of runs) byCell.set(cellOf(run), [...(byCell.get(cellOf(run)) ?? []), run]);
  const found = [...new Set(runs.map(({ method }) => method))].filter(isMethodName);
  return found.filter((method) => method !== 'fine-tuning').map((method) => curveOf(method, byCell));
}

function curveOf(method: MethodName, byCell: ReadonlyMap<string, readonly Measured[]>): MethodCurve {
  const all = [...byCell.values()].flat().filter((run) => run.method === method);
  const factors = [...new Set(all.map(({ factor }) => factor))].sort((a, b) => a - b);
  const standard = factors.indexOf(1);
  const tried = [...byCell.values()].flatMap((cell) => {
    const plain = cell.find((run) => run.method === 'fine-tuning');
    const own = factors.flatMap((factor) =>
      cell.filter((run) => run.method === method && run.factor === factor),
    );
    return plain === undefined || own.length < factors.length ? [] : [{ plain, own }];
  });
  const complete = tried.flatMap(({ plain, own }) => {
    const trained = own.filter(isTrained);
    return isTrained(plain) && trained.length === own.length ? [{ plain, own: trained }] : [];
  });
  const over = (of: (cell: (typeof complete)[number]) => number) => mean(complete.map(of));
  const behind = complete.map(({ own }) => Math.max(...own.map(({ kept }) => kept)) - at(own, standard).kept);
  return {
    method,
    cells: complete.length,
    diverged: tried.length - complete.length,
    points: factors.map((factor, i) => ({
      factor,
      gain: over(({ plain, own }) => at(own, i).last - plain.last),
      spread: sampleStandardDeviation(complete.map(({ plain, own }) => at(own, i).last - plain.last)),
      keptGain: over(({ plain, own }) => at(own, i).kept - plain.kept),
      atChance: complete.filter(({ own }) => isAtChance(at(own, i))).length,
    })),
    behind: { median: median(behind), worst: Math.max(...behind) },
  };
}

function isAtChance({ dataset, last }: Trained): boolean {
  const classes = CLASSES[dataset];
  invariant(classes !== undefined, `the number of classes of ${dataset}`);
  return last < 1.5 / classes;
}
