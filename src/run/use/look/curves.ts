import type { LineChart, LineSeries, MarkedPlace } from '../../../figures/charts/line-chart.js';
import type { EpochMetrics } from '../../folder/metrics-log.js';
import { type Curve, type Curves, diagnosticCurves } from './diagnostic-curves.js';

/** A metric that is logged; undefined where it is not, or not a number. */
export function metricOf(metrics: EpochMetrics['metrics'] | undefined, name: string): number | undefined {
  const value = metrics?.[name];
  return typeof value === 'number' ? value : undefined;
}

/** The last epoch that was the best when it ended. */
export function keptEpoch(epochs: readonly EpochMetrics[]): number | undefined {
  return epochs.findLast(({ metrics }) => metrics.best === true)?.epoch;
}

const charts: readonly Curves[] = [
  {
    title: 'Loss',
    yLabel: 'loss (nats)',
    curves: [
      { name: 'training', metric: 'task_loss' },
      // Where there is no penalty, the loss is the task loss.
      { name: 'with penalty', metric: 'loss', unlike: 'task_loss' },
      { name: 'validation', metric: 'val_loss' },
      { name: 'training, evaluated', metric: 'train_log_loss' },
    ],
  },
  {
    title: 'Accuracy',
    yLabel: 'accuracy (%)',
    curves: [
      { name: 'training', metric: 'accuracy', factor: 100 },
      { name: 'validation', metric: 'val_accuracy', factor: 100 },
      { name: 'training, evaluated', metric: 'train_eval_accuracy', factor: 100 },
    ],
  },
  {
    title: 'Penalty, before its weight',
    yLabel: 'penalty',
    curves: [{ name: 'penalty', metric: 'penalty' }],
  },
  ...diagnosticCurves,
];

/** Losses, accuracies and the penalty over the epochs, with what was kept; charts without a value are left out. */
export function curvesOf(epochs: readonly EpochMetrics[], kept: number | undefined): LineChart[] {
  const marks = marksOf(epochs, kept);
  return charts.flatMap(({ title, yLabel, curves }) => {
    const series = curves
      .filter(({ metric, unlike }) => unlike === undefined || !areEqual(epochs, metric, unlike))
      .map((curve) => seriesOf(epochs, curve))
      .filter(({ x }) => x.length > 0);
    const isEmpty = series.every(({ y }) => y.every((value) => value === 0));
    return isEmpty ? [] : [{ title, yLabel, xLabel: 'epoch', series, marks }];
  });
}

function seriesOf(epochs: readonly EpochMetrics[], { name, metric, factor = 1 }: Curve): LineSeries {
  const points = epochs.flatMap(({ epoch, metrics }) => {
    const value = metricOf(metrics, metric);
    return value === undefined ? [] : [{ epoch, value: factor * value }];
  });
  return { name, x: points.map(({ epoch }) => epoch), y: points.map(({ value }) => value) };
}

function areEqual(epochs: readonly EpochMetrics[], a: string, b: string): boolean {
  return epochs.every(({ metrics }) => metricOf(metrics, a) === metricOf(metrics, b));
}

function marksOf(epochs: readonly EpochMetrics[], kept: number | undefined): MarkedPlace[] {
  const probe = epochs.some(({ epoch }) => epoch === 0)
    ? [{ x: 0, name: kept === 0 ? 'probe, kept' : 'probe' }]
    : [];
  return kept === undefined || kept === 0 ? probe : [...probe, { x: kept, name: 'kept' }];
}
