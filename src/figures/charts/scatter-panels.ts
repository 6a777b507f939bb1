import { at } from '../../errors.js';
import { type Chart, drawChart } from '../draw.js';
import { APPEARANCES, colorOf, shapeOf } from '../palette.js';
import { legendColumns } from './legend-columns.js';

export interface ScatterPanel {
  readonly title?: string;
  /** Test accuracy in [0, 1], printed under the title. */
  readonly accuracy?: number;
  /** [n, 2], row-major: a `principalComponents` projection. */
  readonly points: ArrayLike<number>;
  /** [n], indices into `classes`. */
  readonly labels: ArrayLike<number>;
  /** What is drawn to the right and upwards. */
  readonly axes?: readonly [x: string, y: string];
}

export interface ScatterPanels {
  readonly panels: readonly ScatterPanel[];
  readonly classes: readonly string[];
  /** Panels per row; default: all in one row up to four. */
  readonly columns?: number;
  /** Side of a panel's square, in pixels. */
  readonly side?: number;
  /** All panels have the same two axes, so that distances compare between them, too. */
  readonly sameScale?: boolean;
}

/**
 * Features in the plane, one square panel per method, a colour and a shape for each class, with one legend (as the AdaRand
 * paper's Figure 3). A panel's two axes have one scale, so distances compare within it; panels have scales of their own, unless
 * `sameScale` is given.
 */
export function scatterPanels(chart: ScatterPanels): Promise<string> {
  return drawChart(specification(chart));
}

function specification(chart: ScatterPanels): Chart {
  const { panels, classes, columns = Math.min(4, panels.length), side = 220 } = chart;
  const room = columns * (side + 60);
  const all = panels.flatMap(({ points }) => Array.from(points));
  const frame = chart.sameScale === true ? frameOf(all) : undefined;
  return {
    columns,
    spacing: 30,
    concat: panels.map((panel) => panelOf(panel, classes, side, room, frame ?? frameOf(panel.points))),
  };
}

/** More points than this are smaller. */
const MANY = 600;

/** More classes than this have small names. */
const MANY_CLASSES = 24;

/** The middle of the points on each axis, and half of what is drawn around it. */
interface Frame {
  readonly middle: { readonly x: number; readonly y: number };
  readonly half: number;
}

function frameOf(points: ArrayLike<number>): Frame {
  const pairs = Array.from({ length: points.length / 2 }, (_, i) => [
    at(points, 2 * i),
    at(points, 2 * i + 1),
  ]);
  const shown = pairs.filter((pair) => pair.every(Number.isFinite));
  const [xs, ys] = [shown.map((pair) => at(pair, 0)), shown.map((pair) => at(pair, 1))];
  return {
    middle: { x: centre(xs), y: centre(ys) },
    half: 0.56 * Math.max(extent(xs), extent(ys), 1e-12),
  };
}

function panelOf(
  panel: ScatterPanel,
  classes: readonly string[],
  side: number,
  room: number,
  { middle, half }: Frame,
) {
  const { title, accuracy, points, labels, axes = ['', ''] } = panel;
  const rows = Array.from({ length: labels.length }, (_, i) => ({
    x: at(points, 2 * i),
    y: at(points, 2 * i + 1),
    name: at(classes, at(labels, i)),
  })).filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const axisOf = (field: 'x' | 'y', name: string) => ({
    field,
    type: 'quantitative' as const,
    axis: { title: name === '' ? null : name, grid: false, tickCount: 5 },
    scale: { domain: [middle[field] - half, middle[field] + half], nice: false, zero: false },
  });
  const names = [...classes];
  return {
    title: {
      text: title ?? '',
      ...(accuracy !== undefined && { subtitle: `test accuracy ${(100 * accuracy).toFixed(2)} %` }),
    },
    width: side,
    height: side,
    view: { stroke: 'currentColor', strokeOpacity: 0.3 },
    data: { values: mixed(rows) },
    mark: { type: 'point' as const, size: rows.length > MANY ? 18 : 30, opacity: 0.8 },
    encoding: {
      x: axisOf('x', axes[0]),
      y: axisOf('y', axes[1]),
      color: {
        field: 'name',
        type: 'nominal' as const,
        scale: { domain: names, range: names.map((_, i) => colorOf(i)) },
        legend: legendOf(classes, room),
      },
      shape: {
        field: 'name',
        type: 'nominal' as const,
        scale: { domain: names, range: names.map((_, i) => shapeOf(i)) },
      },
    },
  };
}

/** Of more classes than look different there is none. Entries in columns of one width; those of many classes are small, and cut off where they are long. */
function legendOf(classes: readonly string[], room: number) {
  if (classes.length > APPEARANCES) return null;
  const [size, limit] = classes.length > MANY_CLASSES ? [10, 120] : [12, 240];
  return { columns: legendColumns(classes, room, size, limit), labelFontSize: size, labelLimit: limit };
}

function extent(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
}

function centre(values: readonly number[]): number {
  return values.length === 0 ? 0 : (Math.max(...values) + Math.min(...values)) / 2;
}

/** So that no class, of images in the order of their classes, covers the others. */
function mixed<T>(rows: readonly T[]): T[] {
  const place = (i: number) => (i * 0.6180339887498949) % 1;
  return rows
    .map((row, i) => ({ row, place: place(i) }))
    .sort((a, b) => a.place - b.place)
    .map(({ row }) => row);
}
