import { renderPng } from '../../../figures/png.js';
import { standalone } from '../../../figures/standalone.js';
import type { ReportFigure } from '../block.js';

/** Widths that papers have, in inches: a column, and a page. */
export const PAPER_WIDTHS = { column: 3.25, page: 6.875 } as const;

/** Pixels in an inch, as browsers have it: texts of 11 pixels are of 8.25 points. */
const PIXELS = 96;

interface Size {
  readonly width: number;
  readonly height: number;
}

type Drawn = Pick<ReportFigure, 'draw' | 'panels' | 'smallest'>;

/** Of a PNG: what journals ask for. */
const DOTS_PER_INCH = 300;

/**
 * A figure of a given width in inches, as files. Its texts keep their size as far as its plots can be made to fit; where names
 * alone are wider, it is made smaller as a whole.
 */
export async function paperFigure(figure: Drawn, inches: number) {
  const svg = await fitted(figure, inches * PIXELS);
  const { width, height } = sizeOf(svg);
  const size = `width="${inches}in" height="${((inches * height) / width).toFixed(3)}in"`;
  return {
    svg: standalone(svg.replace(SIZE, size)),
    png: await renderPng(svg, { scale: (inches * DOTS_PER_INCH) / width, dotsPerInch: DOTS_PER_INCH }),
  };
}

/** As wide as asked, within a pixel, if a plot of some width makes it so; what is around plots has a width of its own. */
export async function fitted({ draw, panels = 1, smallest = 60 }: Drawn, pixels: number): Promise<string> {
  let plot = Math.max(smallest, Math.round(pixels / panels - 60));
  let best = await draw(plot);
  for (let round = 0; round < 3; round++) {
    const missing = pixels - sizeOf(best).width;
    const next = Math.max(smallest, Math.round(plot + missing / panels));
    if (Math.abs(missing) < 1 || next === plot) break;
    plot = next;
    best = await draw(plot);
  }
  return best;
}

const SIZE = /width="([\d.]+)" height="([\d.]+)"/;

function sizeOf(svg: string): Size {
  const [, width = '1', height = '1'] = SIZE.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
}
