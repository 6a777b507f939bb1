import { at } from '../errors.js';
import { axisBelow, axisLeft, type Frame, line, type Scale, scaleX, scaleY } from './axes.js';
import { legend } from './legend.js';
import { colorOf } from './palette.js';
import { element, ink, round, svg, text } from './svg.js';
import { rangeOf } from './ticks.js';

export interface LineSeries {
  readonly name: string;
  /** [n], rising. */
  readonly x: readonly number[];
  /** [n]; a value that is not finite interrupts the line. */
  readonly y: readonly number[];
  /** [n], half the height of a band around the line (a standard deviation over seeds, say). */
  readonly spread?: readonly number[];
}

export interface LineChart {
  readonly series: readonly LineSeries[];
  readonly title?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Default: whatever the data and bands need. */
  readonly yRange?: readonly [low: number, high: number];
  readonly width?: number;
  readonly height?: number;
}

/** Training curves: one line per series, with its spread as a band, and a legend below. */
export function lineChart({
  series,
  title,
  xLabel,
  yLabel,
  yRange,
  width = 560,
  height = 360,
}: LineChart): string {
  const names = legend(
    series.map(({ name }, i) => ({ name, color: colorOf(i) })),
    width - 40,
    'dash',
  );
  const top = title === undefined ? 20 : 44;
  const frame: Frame = { left: 68, top, width: width - 92, height: height - top - names.height - 62 };
  const x = scaleX(
    frame,
    ...rangeOf(
      series.flatMap((s) => s.x),
      0,
    ),
  );
  const y = scaleY(frame, ...(yRange ?? rangeOf(series.flatMap(extent), 0.05)));
  return svg(
    width,
    height,
    ...(title === undefined ? [] : [text(width / 2, 24, title, { size: 14, anchor: 'middle', bold: true })]),
    ...axisLeft(frame, y, yLabel, true),
    ...axisBelow(frame, x, xLabel, false),
    line(frame.left, frame.top + frame.height, frame.left + frame.width, frame.top + frame.height, ink.axis),
    element(
      'svg',
      viewport(frame),
      ...series.flatMap((s, i) => band(s, x, y, colorOf(i))),
      ...series.map((s, i) => curve(s, x, y, colorOf(i))),
    ),
    ...names.draw(20, height - names.height - 8),
  );
}

/** A nested svg clips what leaves the frame; unlike a clipPath it needs no id, which pictures on one page might share. */
function viewport({ left, top, width, height }: Frame): Record<string, string | number> {
  return { x: left, y: top, width, height, viewBox: [left, top, width, height].map(round).join(' ') };
}

function extent({ y, spread }: LineSeries): number[] {
  return spread === undefined
    ? [...y]
    : y.flatMap((value, i) => [value - at(spread, i), value + at(spread, i)]);
}

/** A polyline per unbroken run; a point without neighbours is a dot. */
function curve({ x: xs, y: ys }: LineSeries, x: Scale, y: Scale, color: string): string {
  const unbroken = runs(xs, ys);
  const lines = unbroken.filter((run) => run.length > 1);
  const lone = unbroken.filter((run) => run.length === 1).flat();
  return element(
    'g',
    { fill: 'none', stroke: color, 'stroke-width': 2, 'stroke-linejoin': 'round', 'stroke-linecap': 'round' },
    ...lines.map((run) => element('path', { d: `M${run.map((i) => point(i, xs, ys, x, y)).join('L')}` })),
    ...lone.map((i) =>
      element('circle', { cx: x(at(xs, i)), cy: y(at(ys, i)), r: 3, fill: color, stroke: 'none' }),
    ),
  );
}

/** The band of each unbroken run: along its upper edge, back along its lower. */
function band({ x: xs, y: ys, spread }: LineSeries, x: Scale, y: Scale, fill: string): string[] {
  if (spread === undefined) return [];
  const upper = ys.map((value, i) => value + at(spread, i));
  const lower = ys.map((value, i) => value - at(spread, i));
  const d = runs(xs, upper).map((run) => {
    const there = run.map((i) => point(i, xs, upper, x, y));
    const back = run.toReversed().map((i) => point(i, xs, lower, x, y));
    return `M${[...there, ...back].join('L')}Z`;
  });
  return d.length === 0 ? [] : [element('path', { d: d.join(''), fill, 'fill-opacity': 0.18 })];
}

/** Indices of consecutive points that can be drawn. */
function runs(xs: readonly number[], ys: readonly number[]): number[][] {
  const result: number[][] = [];
  let run: number[] = [];
  for (const i of xs.keys()) {
    if (!Number.isFinite(xs[i]) || !Number.isFinite(ys[i])) run = [];
    else if (run.push(i) === 1) result.push(run);
  }
  return result;
}

function point(i: number, xs: readonly number[], ys: readonly number[], x: Scale, y: Scale): string {
  return `${round(x(at(xs, i)))} ${round(y(at(ys, i)))}`;
}
