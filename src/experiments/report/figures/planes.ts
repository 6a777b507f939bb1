import { principalComponents } from '../../../analysis/pca.js';
import { at } from '../../../errors.js';
import { componentAxes } from '../../../figures/charts/component-axes.js';
import { type ScatterPanel, scatterPanels } from '../../../figures/charts/scatter-panels.js';
import { spread } from '../../../run/use/known-images.js';
import type { ReportFigure } from '../block.js';
import type { Evidence, Features } from '../evidence/evidence.js';
import { accuracyOf, namesOf, type Panel, panelsOf } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/** More points than this in a panel hide each other. */
const POINTS = 1000;

interface MethodFeatures {
  readonly method: string;
  readonly seed: number;
  /** On the test images, from 0 to 1. */
  readonly accuracy: { readonly accuracy?: number };
  readonly features: Features;
}

/**
 * The features of each method in the plane, of the first seed: in the principal components of all methods together, and in each
 * method's own. All panels of a figure have one scale.
 */
export function featurePlanes(evidence: Evidence): ReportFigure[] {
  const panels = panelsOf(evidence);
  const nameOf = namesOf(panels);
  return panels.flatMap((panel) => {
    const found = featuresIn(panel, evidence);
    const [first] = found;
    if (first === undefined) return [];
    const classes = classesIn(panel);
    const same = found.every(({ features }) => features.size === first.features.size);
    const draw = (panels: readonly ScatterPanel[]) => (side: number, columns: number) =>
      scatterPanels({ panels, classes, side, sameScale: true, columns });
    const about = `features of the ${first.features.of}, ${nameOf(panel)}, seed ${first.seed}`;
    const figure = (name: string, title: string, drawn: readonly ScatterPanel[]): ReportFigure => ({
      name: fileName(name, panel.dataset, panel.model),
      title,
      panels: (pixels) => columnsOf(found.length, pixels),
      smallest: 140,
      draw: draw(drawn),
    });
    return [
      ...(found.length > 1 && same
        ? [
            figure(
              'features-shared',
              `Principal components of all methods together, with their shares of the variance: ${about}; one scale`,
              shared(found),
            ),
          ]
        : []),
      figure(
        'features',
        `Principal components of each method, with their shares of its variance: ${about}; one scale`,
        found.map(own),
      ),
    ];
  });
}

/** Two in a column of a paper; in a page's width three, or four as two by two. */
function columnsOf(panels: number, pixels: number): number {
  return Math.min(panels, pixels < 400 || panels === 4 ? 2 : 3);
}

function featuresIn(panel: Panel, { images, split }: Evidence): MethodFeatures[] {
  const fraction = Math.max(...panel.fractions);
  return panel.methods.flatMap((method) => {
    const [run] = panel.cell(method, fraction).finished;
    const features = run && images.get(run.path)?.features;
    if (run === undefined || features === undefined || features.size < 2 || features.labels.length < 3)
      return [];
    const accuracy = split === 'test' ? { accuracy: accuracyOf(run, split) / 100 } : {};
    return [{ method, seed: run.place.seed, accuracy, features: thinned(features) }];
  });
}

function classesIn(panel: Panel): readonly string[] {
  const [first] = panel.methods.flatMap(
    (method) => panel.cell(method, Math.max(...panel.fractions)).finished,
  );
  return first?.record.data.classes ?? [];
}

/** Some of many images, spread over them. */
function thinned({ values, labels, size, of }: Features): Features {
  const chosen = spread(Array.from(labels.keys()), POINTS);
  const rows = new Float32Array(chosen.length * size);
  chosen.forEach((i, place) => {
    rows.set(values.subarray(i * size, (i + 1) * size), place * size);
  });
  return { values: rows, labels: chosen.map((i) => at(labels, i)), size, of };
}

function own({ method, accuracy, features }: MethodFeatures): ScatterPanel {
  const { values, labels, size } = features;
  const { projections, explainedVarianceRatio } = principalComponents(values, labels.length, size);
  return {
    title: method,
    ...accuracy,
    points: projections,
    labels,
    axes: componentAxes(explainedVarianceRatio),
  };
}

/** Projections of every method onto components of all rows. */
function shared(found: readonly MethodFeatures[]): ScatterPanel[] {
  const { size } = at(found, 0).features;
  const total = found.reduce((sum, { features }) => sum + features.labels.length, 0);
  const rows = new Float32Array(total * size);
  let place = 0;
  const starts = found.map(({ features }) => {
    const start = place;
    rows.set(features.values, start * size);
    place += features.labels.length;
    return start;
  });
  const { projections, explainedVarianceRatio } = principalComponents(rows, total, size);
  const axes = componentAxes(explainedVarianceRatio);
  return found.map(({ method, accuracy, features: { labels } }, i) => {
    const start = at(starts, i);
    const points = projections.subarray(2 * start, 2 * (start + labels.length));
    return { title: method, ...accuracy, points, labels, axes };
  });
}
