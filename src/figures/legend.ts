import { textWidth } from './stroke-font.js';
import { element, text } from './svg.js';

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
}

export interface Legend {
  readonly height: number;
  /** The legend with its top left corner at (left, top). */
  draw(left: number, top: number): string[];
}

const size = 12;
const rowHeight = 18;
const swatch = 16;
const gap = 18;

/** Entries in one centred row, or in a grid if they need several; a dot for points, a dash for lines. */
export function legend(entries: readonly LegendEntry[], width: number, mark: 'dot' | 'dash'): Legend {
  const widths = entries.map(({ name }) => swatch + textWidth(name, size) + gap);
  const total = widths.reduce((sum, entry) => sum + entry, 0) - gap;
  const cell = Math.max(...widths, 1);
  const columns = total <= width ? entries.length : Math.max(1, Math.floor((width + gap) / cell));
  const whole = total <= width ? total : columns * cell - gap;
  return {
    height: Math.ceil(entries.length / Math.max(1, columns)) * rowHeight,
    draw(left, top) {
      let x = 0;
      return entries.flatMap(({ name, color }, i) => {
        if (i % columns === 0) x = left + Math.max(0, (width - whole) / 2);
        const y = top + (Math.floor(i / columns) + 0.5) * rowHeight;
        const drawn = [symbol(mark, x, y, color), text(x + swatch, y + 4, name, { size })];
        x += total <= width ? (widths[i] ?? 0) : cell;
        return drawn;
      });
    },
  };
}

function symbol(mark: 'dot' | 'dash', x: number, y: number, color: string): string {
  return mark === 'dot'
    ? element('circle', { cx: x + 6, cy: y, r: 4, fill: color })
    : element('line', { x1: x, y1: y, x2: x + 12, y2: y, stroke: color, 'stroke-width': 2.5 });
}
