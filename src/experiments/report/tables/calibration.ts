import { calibrationError, reliabilityBins } from '../../../analysis/calibration.js';
import { meanAndSpread } from '../../../analysis/statistics.js';
import { formatSpread } from '../../../figures/table.js';
import type { ReportTable } from '../block.js';
import type { AnsweredPanel, MethodAnswers } from '../evidence/answered.js';
import type { Answers } from '../evidence/answers.js';
import type { Panel } from '../evidence/panels.js';

/** Expected calibration error (15 bins) in percent, and the cross-entropy, over seeds. */
export function calibrationTable(
  panels: readonly AnsweredPanel[],
  nameOf: (panel: Panel) => string,
): ReportTable {
  const lines = panels.flatMap(({ panel, methods }) =>
    methods.map((answers) => ({ panel, answers, ece: eces(answers), loss: losses(answers) })),
  );
  const several = panels.length > 1;
  return {
    name: 'calibration',
    title:
      'Expected calibration error in percent (15 bins) and cross-entropy in nats: mean ± standard deviation over seeds (n)',
    columns: [
      ...(several ? [{ title: 'data' }] : []),
      { title: 'method' },
      { title: 'ECE', number: true },
      { title: 'cross-entropy', number: true },
    ],
    rows: lines.map(({ panel, answers: { method }, ece, loss }) => [
      ...(several ? [nameOf(panel)] : []),
      method,
      formatSpread(meanAndSpread(ece)),
      formatSpread(meanAndSpread(loss), 3),
    ]),
    notes: ['Of probabilities as they are, without a temperature.'],
    tidy: {
      columns: ['dataset', 'backbone', 'method', 'ece', 'ece_sd', 'cross_entropy', 'cross_entropy_sd', 'n'],
      rows: lines.map(({ panel, answers: { method }, ece, loss }) => {
        const [e, l] = [meanAndSpread(ece), meanAndSpread(loss)];
        return [panel.dataset, panel.model, method, e.mean, e.std, l.mean, l.std, e.n];
      }),
    },
  };
}

const answersOf = ({ images }: Answers) =>
  images.map(({ probability, truth, predicted }) => ({ probability, right: truth === predicted }));

function eces({ seeds }: MethodAnswers): number[] {
  return seeds.map((seed) => 100 * calibrationError(reliabilityBins(answersOf(seed))));
}

/** Probabilities that are 0 in seven digits count as the smallest of these. */
function losses({ seeds }: MethodAnswers): number[] {
  return seeds.map(
    ({ images }) =>
      images.reduce((sum, { truthProbability }) => sum - Math.log(Math.max(truthProbability, 1e-30)), 0) /
      images.length,
  );
}
