import { type Chart, drawChart, type Layer } from '../draw.js';
import { colorOf } from '../palette.js';

/** An accuracy and its interval, from 0 to 1. */
export interface MeasuredAccuracy {
  readonly name: string;
  readonly accuracy: number;
  readonly interval: readonly [low: number, high: number];
  /** Index of its colour; by default all have the first. */
  readonly color?: number;
}

/** Accuracies of one kind below each other, a dot with its interval for each, on one axis. */
export function accuracyChart(rows: readonly MeasuredAccuracy[]): Promise<string> {
  return drawChart(specification(rows));
}

function specification(measured: readonly MeasuredAccuracy[]): Chart {
  const rows = measured.map(({ name, accuracy, interval: [low, high], color = 0 }) => ({
    name,
    accuracy,
    low,
    high,
    color: colorOf(color),
  }));
  const lowest = Math.min(...rows.map(({ low }) => low));
  const domain = [Math.max(0, Math.floor(10 * lowest - 0.2) / 10), 1];
  const y = {
    field: 'name',
    type: 'nominal',
    scale: { domain: rows.map(({ name }) => name) },
    axis: { title: null, domain: false, ticks: false, labelFontSize: 12, labelOpacity: 1, labelLimit: 260 },
  } as const;
  const x = {
    field: 'accuracy',
    type: 'quantitative',
    axis: { title: 'accuracy', format: '.0%', tickCount: 6 },
    scale: { domain, nice: false, zero: false },
  } as const;
  const color = { field: 'color', type: 'nominal', scale: null } as const;
  const interval: Layer = {
    mark: { type: 'rule', strokeWidth: 3, opacity: 0.5 },
    encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, color },
  };
  const dot: Layer = { mark: { type: 'point', size: 90, opacity: 1 }, encoding: { x, y, color } };
  return { width: 300, height: { step: 30 }, data: { values: rows }, layer: [interval, dot] };
}
