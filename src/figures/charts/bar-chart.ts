import { meanAndSpread } from '../../analysis/statistics.js';
import { type Chart, drawChart, type Layer } from '../draw.js';
import { colorOf } from '../palette.js';
import { formatSpread } from '../table.js';

export interface Bar {
  readonly name: string;
  /** One value per seed. */
  readonly values: readonly number[];
  /** Index of its colour; by default all bars have the first. */
  readonly color?: number;
}

export interface BarChart {
  readonly bars: readonly Bar[];
  /** What is measured, with its unit ("test accuracy (%)"). */
  readonly label: string;
  readonly title?: string;
  readonly order?: 'given' | 'descending';
  /** `dots`: a mark for the mean in place of a bar, so that the axis may begin where the values do. Default `bars`. */
  readonly form?: 'bars' | 'dots';
  /** Where the axis begins and ends. A bar's length means something only from 0, the default; cut with care. */
  readonly range?: readonly [low: number, high: number];
  readonly digits?: number;
  /** Of the plot alone, in pixels. */
  readonly width?: number;
}

const ROW_HEIGHT = 30;
const THICKNESS = 16;

/** Accuracies by method: a bar (or a mark) for the mean over seeds, a whisker for the standard deviation, a dot per seed. */
export function barChart(chart: BarChart): Promise<string> {
  return drawChart(specification(chart));
}

function specification({
  bars,
  label,
  title,
  order = 'given',
  form = 'bars',
  range,
  digits = 1,
  width = 420,
}: BarChart): Chart {
  const rows = bars.map(({ name, values, color = 0 }, i) => {
    const spread = meanAndSpread(values);
    const { mean, std } = spread;
    const text = formatSpread(spread, digits, false);
    // A row is known by its place: names may be equal.
    return { row: i, name, mean, low: mean - std, high: mean + std, color: colorOf(color), text };
  });
  if (order === 'descending') rows.sort((a, b) => b.mean - a.mean);
  const places = rows.map(({ row }) => row);
  const y = { field: 'row', type: 'ordinal', scale: { domain: places }, axis: null } as const;
  const x = {
    field: 'mean',
    type: 'quantitative',
    axis: { title: label, tickCount: Math.round(width / 55) },
    scale:
      range === undefined
        ? { zero: form === 'bars', nice: form === 'dots', padding: form === 'dots' ? 6 : 0 }
        : { domain: [...range], clamp: true, zero: false },
  } as const;
  const fill = { field: 'color', type: 'nominal', scale: null } as const;
  const several = rows.filter(({ row }) => (bars[row]?.values.length ?? 0) > 1);
  const seeds = several.flatMap(({ row, color }) => seedsOf(row, bars[row]?.values ?? [], color));
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
      form === 'bars'
        ? { mark: { type: 'bar', size: THICKNESS, opacity: 0.6 }, encoding: { x, y, color: fill } }
        : {
            mark: { type: 'tick', size: THICKNESS + 4, thickness: 4, opacity: 0.6 },
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
        mark: { type: 'point', size: 24, opacity: 1, stroke: 'white', strokeWidth: 0.8 },
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

/** One dot per seed, a little apart; a single run is its bar already. */
function seedsOf(row: number, values: readonly number[], color: string) {
  const apart = Math.min(5, THICKNESS / values.length);
  return values.map((value, i) => ({
    row,
    value,
    color,
    offset: ROW_HEIGHT / 2 + (i - (values.length - 1) / 2) * apart,
  }));
}
