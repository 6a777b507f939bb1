import { at } from '../../../errors.js';
import type { LookReport } from '../../operations/look.js';
import type { Look } from './look.js';
import type { MeasuredAccuracy } from './measure.js';

/** What `look` answers beside the page. */
export function reportOf({
  missing,
  remarks,
  images,
}: Look): Pick<LookReport, 'missing' | 'remarks' | 'figures'> {
  return {
    missing: [...missing],
    remarks: [...remarks],
    figures: images === undefined ? null : figuresOf(images),
  };
}

function figuresOf({ seen, measures }: NonNullable<Look['images']>): NonNullable<LookReport['figures']> {
  const { classes } = seen.model.head;
  const { calibration, plane, val } = measures;
  const nameOf = (label: number) => at(classes, label);
  return {
    split: seen.split,
    ...accuracyOf(measures.accuracy),
    val: val === undefined ? null : accuracyOf(val),
    classes: measures.classes.map(({ images, recall, precision, f1 }, k) => ({
      name: nameOf(k),
      images,
      recall,
      precision,
      f1,
    })),
    ece: calibration.error,
    temperature: calibration.scaled?.temperature ?? null,
    ece_scaled: calibration.scaled?.error ?? null,
    explained_variance:
      plane === undefined ? null : [at(plane.explainedVarianceRatio, 0), at(plane.explainedVarianceRatio, 1)],
    mistakes: measures.mistakes.map((mistake) => ({
      image: mistake.image.name,
      truth: nameOf(mistake.truth),
      predicted: nameOf(mistake.predicted),
      probability: mistake.probability,
      truth_probability: mistake.truthProbability,
      neighbours: mistake.neighbours.map(({ image, similarity }) => ({
        image: image.name,
        class: nameOf(image.label),
        similarity,
      })),
    })),
  };
}

function accuracyOf({ images, accuracy, interval: [low, high] }: MeasuredAccuracy) {
  return { images, accuracy, interval: [low, high] satisfies [number, number] };
}
