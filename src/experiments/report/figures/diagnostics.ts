import { meanAndSpread } from '../../../analysis/statistics.js';
import { type LineSeries, lineChart } from '../../../figures/charts/line-chart.js';
import type { ReportFigure } from '../block.js';
import type { Evidence, FinishedRun } from '../evidence/evidence.js';
import { measures } from '../evidence/measures.js';
import { namesOf, type Panel, panelsOf } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/** A metric of epochs: its name in metrics.jsonl, what it is, its unit, and a factor on it. */
interface Diagnostic {
  readonly metric: string;
  readonly title: string;
  readonly label: string;
  readonly factor?: number;
  /** The name that earlier versions gave it. */
  readonly formerly?: string;
}

/** Of training steps, means over an epoch. */
const ofSteps: readonly Diagnostic[] = [
  { metric: 'loss', title: 'Training loss, with the penalty', label: 'loss (nats)' },
  { metric: 'accuracy', title: 'Training accuracy, on augmented images', label: 'accuracy (%)', factor: 100 },
  {
    metric: 'train_eval_accuracy',
    title: 'Accuracy on the training images as they are',
    label: 'accuracy (%)',
    factor: 100,
  },
  { metric: 'val_accuracy', title: 'Validation accuracy', label: 'accuracy (%)', factor: 100 },
  { metric: 'val_loss', title: 'Validation loss', label: 'loss (nats)' },
  {
    metric: 'norm_of_mean_feature',
    title: "Norm of a batch's mean feature",
    label: '||mean g||',
    formerly: 'mean_feature_norm',
  },
  { metric: 'head_gradient_norm', title: "Norm of the loss's gradient for the head", label: '||dL/dW||' },
];

const splits = { train: 'training images', val: 'validation images' } as const;

export const diagnostics: readonly Diagnostic[] = [
  ...ofSteps,
  ...Object.entries(splits).flatMap(([split, images]) =>
    measures.map(({ name, title, label, factor }) => ({
      metric: `${split}_${name}`,
      title: `${title}, ${images}`,
      label,
      factor,
    })),
  ),
];

export interface DrawnDiagnostics {
  readonly figures: readonly ReportFigure[];
  /** Metrics that no run has. */
  readonly absent: readonly string[];
}

/** For each dataset and network, at the largest share of the images: every metric that is logged, a line per method. */
export function diagnosticCurves(evidence: Evidence): DrawnDiagnostics {
  const panels = panelsOf(evidence);
  const nameOf = namesOf(panels);
  const present = new Set<string>();
  const figures = panels.flatMap((panel) =>
    diagnostics.flatMap((diagnostic) => {
      const series = seriesOf(panel, diagnostic, evidence.methods);
      if (series.length === 0) return [];
      present.add(diagnostic.metric);
      return [
        {
          name: fileName('epochs', diagnostic.metric, panel.dataset, panel.model),
          title: `${diagnostic.title}, ${nameOf(panel)}`,
          half: true,
          draw: (width: number) =>
            lineChart({
              series,
              distinct: true,
              width,
              height: Math.round(Math.min(280, 0.66 * width)),
              xLabel: 'epoch',
              yLabel: diagnostic.label,
            }),
        },
      ];
    }),
  );
  const absent = diagnostics.map(({ metric }) => metric).filter((metric) => !present.has(metric));
  return { figures, absent };
}

function seriesOf(panel: Panel, diagnostic: Diagnostic, methods: readonly string[]): LineSeries[] {
  const fraction = Math.max(...panel.fractions);
  return panel.methods.flatMap((method) => {
    const curves = panel.cell(method, fraction).finished.map((run) => curveOf(run, diagnostic));
    // Where some seeds stopped early, their later epochs would be a mean over other runs than the earlier ones.
    const epochs = [...(curves[0]?.keys() ?? [])].filter((epoch) =>
      curves.every((curve) => curve.has(epoch)),
    );
    if (epochs.length === 0) return [];
    const points = epochs.map((epoch) =>
      meanAndSpread(curves.map((curve) => curve.get(epoch) ?? Number.NaN)),
    );
    return [
      {
        name: method,
        style: methods.indexOf(method),
        x: epochs,
        y: points.map(({ mean }) => mean),
        spread: points.map(({ std }) => (Number.isFinite(std) ? std : 0)),
      },
    ];
  });
}

function curveOf(
  { epochs }: FinishedRun,
  { metric, factor = 1, formerly = metric }: Diagnostic,
): Map<number, number> {
  const points = epochs.flatMap(({ epoch, metrics }): (readonly [number, number])[] => {
    const value = metrics[metric] ?? metrics[formerly];
    return typeof value === 'number' && Number.isFinite(value) ? [[epoch, factor * value]] : [];
  });
  return new Map(points);
}
