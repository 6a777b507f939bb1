import { reliabilityBins } from '../../../analysis/calibration.js';
import { reliabilityDiagram } from '../../../figures/charts/reliability-diagram.js';
import type { ReportFigure } from '../block.js';
import { answeredPanels } from '../evidence/answered.js';
import type { Evidence } from '../evidence/evidence.js';
import { namesOf, panelsOf } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/** How often an answer is right, by its probability: the answers of all seeds together, per method. */
export function reliabilityDiagrams(evidence: Evidence): ReportFigure[] {
  const nameOf = namesOf(panelsOf(evidence));
  return answeredPanels(evidence).flatMap(({ panel, methods }) =>
    methods.map(({ method, seeds }) => ({
      name: fileName('reliability', method, panel.dataset, panel.model),
      title: `${method}, ${nameOf(panel)}: how often an answer is right, by its probability${seeds.length > 1 ? `; ${seeds.length} seeds together` : ''}`,
      half: true,
      draw: (side) =>
        reliabilityDiagram({
          title: method,
          side,
          bins: reliabilityBins(
            seeds
              .flatMap(({ images }) => images)
              .map(({ probability, truth, predicted }) => ({ probability, right: truth === predicted })),
          ),
        }),
    })),
  );
}
