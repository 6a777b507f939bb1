import { confusionCounts } from '../../../analysis/class-measures.js';
import { at } from '../../../errors.js';
import { confusionMatrix } from '../../../figures/charts/confusion-matrix.js';
import type { ReportFigure } from '../block.js';
import { answeredPanels, type MethodAnswers } from '../evidence/answered.js';
import type { Evidence } from '../evidence/evidence.js';
import { namesOf, panelsOf } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/** More classes than this cannot be read. */
const DRAWN = 60;

/** Mean over seeds of how many images of a class (row) got which answer (column), per method. */
export function confusionMatrices(evidence: Evidence): ReportFigure[] {
  const nameOf = namesOf(panelsOf(evidence));
  return answeredPanels(evidence).flatMap(({ panel, classes, methods }) =>
    classes.length > DRAWN
      ? []
      : methods.map((answers) => ({
          name: fileName('confusion', answers.method, panel.dataset, panel.model),
          title: `${answers.method}, ${nameOf(panel)}: images by class and answer${answers.seeds.length > 1 ? `, mean over ${answers.seeds.length} seeds` : ''}`,
          half: true,
          draw: () =>
            confusionMatrix({
              classes,
              counts: meanCounts(answers, classes.length),
              format: answers.seeds.length > 1 ? '.1~f' : 'd',
            }),
        })),
  );
}

/** [K, K] */
function meanCounts({ seeds }: MethodAnswers, K: number): Float64Array {
  const sum = new Float64Array(K * K);
  for (const { images } of seeds) {
    const counts = confusionCounts(
      images.map(({ truth }) => truth),
      images.map(({ predicted }) => predicted),
      K,
    );
    counts.forEach((count, cell) => {
      sum[cell] = at(sum, cell) + count / seeds.length;
    });
  }
  return sum;
}
