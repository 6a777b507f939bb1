import { meanAndSpread } from '../../analysis/statistics.js';
import { type Chart, drawChart, type Layer } from '../draw.js';
import { colorOf } from '../palette.js';
import { formatSpread } from '../table.js';

export interface DotRow {
  readonly name: string;
  /** One value per seed. */
  readonly values: readonly number[];
  /** Index of its colour; by default all have the first. */
  readonly color?: number;
}

export interface DotChart {
  readonly rows: readonly DotRow[];
  /** What is measured, with its unit ("test accuracy (%)"). */
  readonly label: string;
  readonly title?: string;
  readonly digits?: number;
  /** Of the plot alone, in pixels. */
  readonly width?: number;
}

const ROW_HEIGHT = 30;

/** Where the dots of seeds are, below the middle of their row: they hide neither the mean nor its whisker. */
const BELOW = 10;

/**
 * Accuracies by method: a mark for the mean over seeds, a whisker for the standard deviation, a dot per seed below it. The axis
 * begins where the values do.
 */
export function dotChart(chart: DotChart): Promise<string> {
  return drawChart(specification(chart));
}

function specification({ rows: given, label, title, digits = 1, width = 420 }: DotChart): Chart {
  const rows = given.map(({ name, values, color = 0 }, i) => {
    const spread = meanAndSpread(values);
    const { mean, std } = spread;
    const text = formatSpread(spread, digits, false);
    // A row is known by its place: names may be equal.
    return { row: i, name, mean, low: mean - std, high: mean + std, color: colorOf(color), text };
  });
  const y = {
    field: 'row',
    type: 'ordinal',
    scale: { domain: rows.map(({ row }) => row), paddingInner: 0, paddingOuter: 0 },
    axis: null,
  } as const;
  const x = {
    field: 'mean',
    type: 'quantitative',
    axis: { title: label, tickCount: Math.round(width / 55) },
    scale: { zero: false, nice: true, padding: 6 },
  } as const;
  const fill = { field: 'color', type: 'nominal', scale: null } as const;
  const several = rows.filter(({ row }) => (given[row]?.values.length ?? 0) > 1);
  const seeds = several.flatMap(({ row, color }) => seedsOf(row, given[row]?.values ?? [], color));
  const beside = (align: 'left' | 'right', place: number, dx: number, field: 'name' | 'text'): Layer => ({
    mark: { type: 'text', align, baseline: 'middle', fontSize: 12, dx },
    encoding: { y, x: { value: place }, text: { field, type: 'nominal' } },
  });
  return {
    ...(title !== undefined && { title: { text: title, anchor: 'middle', frame: 'group' } }),
    width,
    height: { step: ROW_HEIGHT },
    data: { values: rows },
    layer: [
      {
        mark: { type: 'tick', size: 14, thickness: 4, opacity: 0.6 },
        encoding: { x, y, color: fill },
      },
      {
        data: { values: several },
        mark: { type: 'rule', strokeWidth: 1.2 },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      ...(['low', 'high'] as const).map(
        (field): Layer => ({
          data: { values: several },
          mark: { type: 'tick', size: 8, thickness: 1.2, color: 'currentColor' },
          encoding: { y, x: { ...x, field } },
        }),
      ),
      {
        data: { values: seeds },
        mark: { type: 'point', size: 24, opacity: 0.8 },
        encoding: {
          x: { ...x, field: 'value' },
          y,
          yOffset: { field: 'offset', type: 'quantitative', scale: null },
          fill,
        },
      },
      beside('right', 0, -10, 'name'),
      beside('left', width, 12, 'text'),
    ],
  };
}

/** One dot per seed, a little apart; a single run is its mean already. */
function seedsOf(row: number, values: readonly number[], color: string) {
  const apart = Math.min(2.5, 5 / values.length);
  return values.map((value, i) => ({
    row,
    value,
    color,
    offset: ROW_HEIGHT / 2 + BELOW + (i - (values.length - 1) / 2) * apart,
  }));
}
