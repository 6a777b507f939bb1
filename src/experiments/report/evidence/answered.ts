import type { Answers } from './answers.js';
import type { Evidence } from './evidence.js';
import { type Panel, panelsOf } from './panels.js';

/** Answers of a method's runs, one for each seed that has some. */
export interface MethodAnswers {
  readonly method: string;
  readonly seeds: readonly Answers[];
}

/** A dataset and a network with the answers that there are, at the largest share of the images. */
export interface AnsweredPanel {
  readonly panel: Panel;
  readonly classes: readonly string[];
  readonly methods: readonly MethodAnswers[];
}

/** Panels with answers of one method at least. */
export function answeredPanels(evidence: Evidence): AnsweredPanel[] {
  return panelsOf(evidence).flatMap((panel) => {
    const fraction = Math.max(...panel.fractions);
    const methods = panel.methods.flatMap((method) => {
      const seeds = panel
        .cell(method, fraction)
        .finished.flatMap(({ path }) => evidence.images.get(path)?.answers ?? [])
        .filter(({ images, split }) => images.length > 0 && split === evidence.split);
      return seeds.length === 0 ? [] : [{ method, seeds }];
    });
    const classes = methods[0]?.seeds[0]?.classes;
    return classes === undefined ? [] : [{ panel, classes, methods }];
  });
}

export const NO_ANSWERS =
  'No run has kept its predictions (predictions.csv), and none has both its classifier and its images still there.';
