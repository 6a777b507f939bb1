import { at } from '../../errors.js';
import { type Chart, drawChart, type Layer } from '../draw.js';
import { colorOf, dashOf, pointOf } from '../palette.js';
import { legendColumns } from './legend-columns.js';

export interface LineSeries {
  readonly name: string;
  /** [n], rising. */
  readonly x: readonly number[];
  /** [n]; a value that is not finite interrupts the line. */
  readonly y: readonly number[];
  /** [n], half the height of a band around the line (a standard deviation over seeds, say). */
  readonly spread?: readonly number[];
  /** Index of its colour, dashes and points; its place unless given. */
  readonly style?: number;
}

/** A place on the x axis, and what it is. */
export interface MarkedPlace {
  readonly x: number;
  readonly name: string;
}

export interface LineChart {
  readonly series: readonly LineSeries[];
  readonly title?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly marks?: readonly MarkedPlace[];
  /** A logarithmic x axis, with these places on it. */
  readonly logarithmic?: { readonly ticks: readonly number[]; readonly format: string };
  /** Lines differ by dashes and points, too, and not by their colours alone. Each series keeps what `style` says. */
  readonly distinct?: boolean;
  /** Of the plot alone, in pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** More points than this are a line without dots. */
const DENSE = 60;

/** Training curves: a line per series, its spread as a band, marked places as dashed lines, a legend below. */
export function lineChart(chart: LineChart): Promise<string> {
  return drawChart(specification(chart));
}

function specification(chart: LineChart): Chart {
  const { series, title, xLabel, yLabel, marks = [], width = 262, height = 180 } = chart;
  const { logarithmic, distinct = false } = chart;
  const rows = series.flatMap((one, i) => rowsOf(one).map((row) => ({ ...row, place: i })));
  const names = series.map(({ name }) => name);
  const places = [...rows, ...marks].map(({ x }) => x);
  const x = {
    field: 'x',
    type: 'quantitative',
    axis: {
      title: xLabel,
      grid: false,
      ...(logarithmic === undefined
        ? ticksOf(places)
        : { values: [...logarithmic.ticks], format: logarithmic.format }),
    },
    scale: {
      nice: false,
      padding: 8,
      ...(logarithmic === undefined ? { zero: false } : { type: 'log' as const }),
    },
  } as const;
  const y = {
    field: 'y',
    type: 'quantitative',
    axis: { title: yLabel, tickCount: 5 },
    scale: { zero: false, padding: 6 },
  } as const;
  const styles = series.map(({ style }, i) => style ?? i);
  const columns = legendColumns(names, width);
  const symbols = distinct ? {} : ({ symbolType: 'stroke', symbolStrokeWidth: 3 } as const);
  const legend = names.length < 2 ? null : { ...symbols, columns };
  const by = (
    range: readonly (string | number[])[],
    field = 'name',
    domain: readonly (string | number)[] = names,
  ) => ({ field, type: 'nominal', scale: { domain: [...domain], range: [...range] }, legend }) as const;
  const color = by(styles.map(colorOf));
  // By the place, not the name: legends of one domain are joined, and dashes would fray the symbols.
  const strokeDash = { ...by(styles.map(dashOf), 'place', Array.from(names.keys())), legend: null };
  const shape = by(styles.map(pointOf));
  const band: Layer = {
    mark: { type: 'area', opacity: 0.18, invalid: 'break-paths-show-domains' },
    encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
  };
  const lines: Layer = {
    mark: { type: 'line', invalid: 'break-paths-show-domains' },
    encoding: { x, y, color, ...(distinct && { strokeDash }) },
  };
  const dots: Layer = {
    mark: { type: 'point', size: distinct ? 40 : 28, opacity: 1 },
    encoding: { x, y, color, ...(distinct && { shape }) },
  };
  return {
    ...(title !== undefined && { title }),
    width,
    height,
    data: { values: rows },
    layer: [
      ...(series.some(({ spread }) => spread !== undefined) ? [band] : []),
      ...(marks.length === 0 ? [] : markLayers(marks, middle(places), x)),
      lines,
      ...(series.some(({ x }) => x.length > DENSE) ? [] : [dots]),
    ],
  };
}

function rowsOf({ name, x, y, spread }: LineSeries) {
  return x.map((place, i) => {
    const value = at(y, i);
    const half = spread === undefined ? Number.NaN : at(spread, i);
    return { name, x: place, y: value, low: value - half, high: value + half };
  });
}

/** Of epochs, whole numbers. */
function ticksOf(places: readonly number[]) {
  if (!places.every(Number.isInteger)) return { format: '~g' };
  const span = Math.max(0, ...places) - Math.min(...places, 0);
  return { format: 'd', tickMinStep: 1, ...(span < 8 && { tickCount: span + 1 }) };
}

function middle(places: readonly number[]): number {
  return (Math.max(...places) + Math.min(...places)) / 2;
}

function markLayers(
  marks: readonly MarkedPlace[],
  centre: number,
  x: { readonly field: 'x'; readonly type: 'quantitative' },
): Layer[] {
  const named = (side: 'left' | 'right', chosen: readonly MarkedPlace[]): Layer => ({
    data: { values: [...chosen] },
    mark: { type: 'text', align: side, baseline: 'bottom', dy: -3, opacity: 0.85 },
    encoding: { x, y: { value: 0 }, text: { field: 'name', type: 'nominal' } },
  });
  return [
    {
      data: { values: [...marks] },
      mark: { type: 'rule', strokeDash: [4, 3], opacity: 0.6 },
      encoding: { x },
    },
    named(
      'left',
      marks.filter(({ x }) => x <= centre),
    ),
    named(
      'right',
      marks.filter(({ x }) => x > centre),
    ),
  ];
}
