import { meanAndSpread, type Spread } from '../analysis/statistics.js';
import { axisBelow, type Frame, line, scaleX } from './axes.js';
import { colorOf } from './palette.js';
import { textWidth } from './stroke-font.js';
import { element, ink, svg, text } from './svg.js';
import { formatSpread } from './table.js';

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
  /** Where the axis begins and ends. A bar's length means something only from 0, the default; cut with care. */
  readonly range?: readonly [low: number, high: number];
  readonly digits?: number;
  readonly width?: number;
}

const rowHeight = 30;
const thickness = 16;

/** Accuracies by method: a bar for the mean over seeds, a whisker for the standard deviation, a dot per seed. */
export function barChart(chart: BarChart): string {
  const { bars, label, title, order = 'given', digits = 1, width = 560 } = chart;
  const rows = bars.map((bar) => ({ ...bar, spread: meanAndSpread(bar.values) }));
  if (order === 'descending') rows.sort((a, b) => b.spread.mean - a.spread.mean);
  const numbers = rows.map(({ spread }) => formatSpread(spread, digits, false));
  const left = 24 + Math.max(...rows.map(({ name }) => textWidth(name, 12)), 0);
  const right = 20 + Math.max(...numbers.map((number) => textWidth(number, 12)), 0);
  const top = title === undefined ? 14 : 44;
  const frame: Frame = { left, top, width: width - left - right, height: rows.length * rowHeight };
  const x = scaleX(frame, ...(chart.range ?? fullRange(rows)));
  const clamped = (value: number) => Math.min(frame.left + frame.width, Math.max(frame.left, x(value)));
  return svg(
    width,
    top + frame.height + 48,
    ...(title === undefined ? [] : [text(width / 2, 24, title, { size: 14, anchor: 'middle', bold: true })]),
    ...axisBelow(frame, x, label, true),
    ...rows.flatMap(({ name, values, color = 0, spread }, i) => {
      const y = top + (i + 0.5) * rowHeight;
      return [
        text(left - 10, y + 4, name, { anchor: 'end' }),
        // White below the tint keeps the grid from showing through.
        ...[
          { fill: '#ffffff', opacity: undefined },
          { fill: colorOf(color), opacity: 0.55 },
        ].map(({ fill, opacity }) =>
          element('rect', {
            x: left,
            y: y - thickness / 2,
            width: clamped(spread.mean) - left,
            height: thickness,
            fill,
            'fill-opacity': opacity,
          }),
        ),
        ...whisker(spread, y, clamped),
        ...seedDots(values.map(clamped), y, colorOf(color)),
        text(width - 12, y + 4, numbers[i] ?? '', { anchor: 'end' }),
      ];
    }),
    line(left, top, left, top + frame.height, ink.axis),
  );
}

function whisker({ mean, std, n }: Spread, y: number, x: (value: number) => number): string[] {
  if (n < 2) return [];
  const [low, high] = [x(mean - std), x(mean + std)];
  return [
    line(low, y, high, y, ink.text, 1.2),
    line(low, y - 4, low, y + 4, ink.text, 1.2),
    line(high, y - 4, high, y + 4, ink.text, 1.2),
  ];
}

/** One dot per seed, a little apart vertically; a single run is its bar already. */
function seedDots(xs: readonly number[], y: number, fill: string): string[] {
  if (xs.length < 2) return [];
  const apart = Math.min(5, thickness / xs.length);
  return xs.map((cx, i) => {
    const cy = y + (i - (xs.length - 1) / 2) * apart;
    return element('circle', { cx, cy, r: 2.6, fill, stroke: '#ffffff', 'stroke-width': 0.8 });
  });
}

/** From 0 to the longest whisker, with some air. */
function fullRange(rows: readonly { spread: Spread; values: readonly number[] }[]): [number, number] {
  const ends = rows.flatMap(({ spread, values }) => [...values, spread.mean + (spread.std || 0)]);
  const high = Math.max(0, ...ends);
  return [Math.min(0, ...ends), high > 0 ? high * 1.03 : 1];
}
