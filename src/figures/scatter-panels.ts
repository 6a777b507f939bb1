import { at } from '../errors.js';
import { axisBelow, axisLeft, type Frame, scaleX, scaleY } from './axes.js';
import { legend } from './legend.js';
import { colorOf } from './palette.js';
import { element, ink, round, svg, text } from './svg.js';
import { rangeOf } from './ticks.js';

export interface ScatterPanel {
  readonly title: string;
  /** Test accuracy in [0, 1], printed under the title. */
  readonly accuracy?: number;
  /** [n, 2], row-major: a `principalComponents` projection. */
  readonly points: ArrayLike<number>;
  /** [n], indices into `classes`. */
  readonly labels: ArrayLike<number>;
}

export interface ScatterPanels {
  readonly panels: readonly ScatterPanel[];
  readonly classes: readonly string[];
  /** Panels per row; default: all in one row up to four. */
  readonly columns?: number;
  /** Side of a panel's square, in pixels. */
  readonly side?: number;
}

/**
 * Features in the plane, one square panel per method, coloured by class, with one legend (as the AdaRand paper's
 * Figure 3). A panel's two axes have one scale, so distances compare within it; panels have scales of their own.
 */
export function scatterPanels({
  panels,
  classes,
  columns = Math.min(4, panels.length),
  side = 220,
}: ScatterPanels): string {
  const cellWidth = side + 56;
  const cellHeight = side + 82;
  const rows = Math.ceil(panels.length / columns);
  const width = columns * cellWidth + 12;
  const names = legend(
    classes.map((name, i) => ({ name, color: colorOf(i) })),
    width - 40,
    'dot',
  );
  const height = rows * cellHeight + names.height + 20;
  return svg(
    width,
    height,
    ...panels.map((panel, i) => {
      const left = (i % columns) * cellWidth + 48;
      const top = Math.floor(i / columns) * cellHeight + 48;
      return drawPanel(panel, { left, top, width: side, height: side });
    }),
    ...names.draw(20, rows * cellHeight + 4),
  );
}

function drawPanel({ title, accuracy, points, labels }: ScatterPanel, frame: Frame): string {
  const even = (offset: number) =>
    Array.from({ length: labels.length }, (_, i) => at(points, 2 * i + offset));
  const xs = rangeOf(even(0), 0.06);
  const ys = rangeOf(even(1), 0.06);
  const half = Math.max(xs[1] - xs[0], ys[1] - ys[0]) / 2;
  const around = ([low, high]: [number, number]) =>
    [(low + high) / 2 - half, (low + high) / 2 + half] as const;
  const x = scaleX(frame, ...around(xs));
  const y = scaleY(frame, ...around(ys));
  const centre = frame.left + frame.width / 2;
  return element(
    'g',
    {},
    text(centre, frame.top - (accuracy === undefined ? 12 : 26), title, {
      size: 14,
      anchor: 'middle',
      bold: true,
    }),
    ...(accuracy === undefined
      ? []
      : [
          text(centre, frame.top - 9, `test accuracy ${(100 * accuracy).toFixed(1)} %`, {
            anchor: 'middle',
            fill: ink.muted,
          }),
        ]),
    ...axisBelow(frame, x, undefined, false),
    ...axisLeft(frame, y, undefined, false),
    element('rect', {
      x: frame.left,
      y: frame.top,
      width: frame.width,
      height: frame.height,
      fill: 'none',
      stroke: ink.axis,
    }),
    ...drawPoints(points, labels, x, y),
  );
}

/** Above this many points, smaller dots. */
const many = 600;

/** In layers, each with some of every class, so that no class covers the others; a path per class and layer. */
function drawPoints(
  points: ArrayLike<number>,
  labels: ArrayLike<number>,
  x: (value: number) => number,
  y: (value: number) => number,
): string[] {
  const layers = 4;
  const n = labels.length;
  const diameter = n > many ? 3.6 : 5;
  const result: string[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const paths = new Map<number, string>();
    for (let i = layer; i < n; i += layers) {
      const [px, py] = [at(points, 2 * i), at(points, 2 * i + 1)];
      if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
      // A line of no length with round caps is a dot.
      paths.set(at(labels, i), `${paths.get(at(labels, i)) ?? ''}M${round(x(px))} ${round(y(py))}h0`);
    }
    for (const [label, d] of [...paths].sort(([a], [b]) => a - b)) {
      result.push(
        element('path', {
          d,
          fill: 'none',
          stroke: colorOf(label),
          'stroke-width': diameter,
          'stroke-linecap': 'round',
          'stroke-opacity': 0.75,
        }),
      );
    }
  }
  return result;
}
