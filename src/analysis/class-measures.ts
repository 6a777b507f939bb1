import { at } from '../errors.js';

/** How a class fared; null where nothing is known: a recall without images, a precision of what was never answered. */
export interface ClassMeasures {
  readonly images: number;
  /** How often it was the answer. */
  readonly answered: number;
  readonly right: number;
  readonly recall: number | null;
  readonly precision: number | null;
  /** Harmonic mean of recall and precision, 2 right / (images + answered). */
  readonly f1: number | null;
}

/** [K, K]: how many images of a class (row) got which answer (column). */
export function confusionCounts(
  labels: readonly number[],
  answers: readonly number[],
  classes: number,
): Int32Array {
  const counts = new Int32Array(classes * classes);
  labels.forEach((label, i) => {
    const cell = label * classes + at(answers, i);
    counts[cell] = at(counts, cell) + 1;
  });
  return counts;
}

export function classMeasures(counts: Int32Array, classes: number): ClassMeasures[] {
  return Array.from({ length: classes }, (_, k) => {
    const along = (cell: (other: number) => number) =>
      Array.from({ length: classes }, (_, other) => at(counts, cell(other))).reduce((a, b) => a + b, 0);
    const images = along((other) => k * classes + other);
    const answered = along((other) => other * classes + k);
    const right = at(counts, k * classes + k);
    const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
    return {
      images,
      answered,
      right,
      recall: share(right, images),
      precision: share(right, answered),
      f1: share(2 * right, images + answered),
    };
  });
}

/**
 * Mean of the classes' F1, as scikit-learn's `macro`: of those that have images or were answered. NaN where there are none.
 */
export function macroF1(classes: readonly ClassMeasures[]): number {
  const known = classes.flatMap(({ f1 }) => (f1 === null ? [] : [f1]));
  return known.reduce((sum, f1) => sum + f1, 0) / known.length;
}
