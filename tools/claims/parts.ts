import type { ComparedRun, Part } from './claim.js';
import type { Contestant } from './contestants.js';
import { type MeasureName, measureNames } from './evidence/schema.js';
import { Missing } from './missing.js';
import { figure2, type Reported } from './paper.js';
import { natsPerFeature, points, times, timesLess, type Unit } from './units.js';

/** How much more accurate a method is on the test images, in percentage points. */
export function moreAccurate(method: Contestant, other: Contestant, { value }: Reported): Part {
  return difference(method, other, { unit: points, paper: value }, accuracyOf);
}

/** How much more of a measure in nats the features of the training images have after the last epoch, by their size. */
export function moreNats(
  method: Contestant,
  other: Contestant,
  measure: MeasureName,
  paperNats: number,
): Part {
  const paper = paperNats / figure2.features;
  return difference(
    method,
    other,
    { title: measure.replaceAll('_', ' '), unit: natsPerFeature, paper },
    (compared) => {
      const value = lastMeasure(compared, measure);
      return value instanceof Missing ? value : value / compared.featureSize;
    },
  );
}

/** How many times as large a quantity is as another method's. */
export function timesLarger(
  method: Contestant,
  other: Contestant,
  { title, paper }: { readonly title: string; readonly paper: number },
  of: (run: ComparedRun) => number | Missing,
): Part {
  return difference(method, other, { title, unit: times, paper: Math.log(paper) }, (run) =>
    logarithm(of(run)),
  );
}

/** How many times what another method costs, which is to be at most the paper's ratio. */
export function costsAtMost(
  method: Contestant,
  other: Contestant,
  { title, paper }: { readonly title: string; readonly paper: number },
  of: (run: ComparedRun) => number | Missing,
): Part {
  return {
    ...difference(other, method, { title, unit: timesLess, paper: -Math.log(paper) }, (run) =>
      logarithm(of(run)),
    ),
    title: `${title}, ${method.title} / ${other.title}`,
    kind: 'limit',
  };
}

function difference(
  method: Contestant,
  other: Contestant,
  { title, unit, paper }: { readonly title?: string; readonly unit: Unit; readonly paper: number },
  of: (run: ComparedRun) => number | Missing,
): Part {
  const sign = unit === times ? '/' : '-';
  return {
    title: `${title === undefined ? '' : `${title}, `}${method.title} ${sign} ${other.title}`,
    unit,
    kind: 'difference',
    paperIn: () => paper,
    needs: [{ contestant: method }, { contestant: other }],
    valueOf: (runs) => combined(runs.map(of), ([a = Number.NaN, b = Number.NaN]) => a - b),
  };
}

/** Of values of which none is missing. */
export function combined(
  values: readonly (number | Missing)[],
  combine: (values: readonly number[]) => number,
): number | Missing {
  const missing = values.find((value) => value instanceof Missing);
  return missing ?? combine(values.filter((value) => typeof value === 'number'));
}

/** In percent. */
export function accuracyOf({ run, testImages }: ComparedRun): number | Missing {
  return run.test_right === null || testImages === 0
    ? new Missing('test accuracies')
    : (100 * run.test_right) / testImages;
}

/** Of the training images, after the last epoch. */
export function lastMeasure({ run }: ComparedRun, measure: MeasureName): number | Missing {
  return run.last?.train?.[measureNames.indexOf(measure)] ?? notMeasured;
}

/** Of the training images, after the first epoch. */
export function firstMeasure({ run }: ComparedRun, measure: MeasureName): number | Missing {
  return run.first?.train?.[measureNames.indexOf(measure)] ?? notMeasured;
}

export function logarithm(value: number | Missing): number | Missing {
  if (value instanceof Missing) return value;
  return value > 0 ? Math.log(value) : new Missing('values above 0');
}

const notMeasured = new Missing('diagnostics');
