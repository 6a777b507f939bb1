import { renderPng } from '../../../figures/png.js';
import { standalone } from '../../../figures/standalone.js';
import type { ReportFigure } from '../block.js';

/** Widths that papers have, in inches: a column, and a page. */
export const PAPER_WIDTHS = { column: 3.25, page: 6.875 } as const;

/** Pixels in an inch, as browsers have it: texts of 11 pixels are of 8.25 points. */
const PIXELS = 96;

type Drawn = Pick<ReportFigure, 'draw' | 'panels' | 'smallest'>;

/** Of a PNG: what journals ask for. */
const DOTS_PER_INCH = 300;

/** A figure of one width. */
export interface PaperFigure {
  /** For a page: its texts are texts. */
  readonly svg: string;
  /** Both as files, with texts as outlines. */
  readonly files: { readonly svg: string; readonly png: Uint8Array };
}

/**
 * A figure of each of several widths, in inches. Its texts keep their size as far as its plots can be made to fit; where names
 * alone are wider, it is made smaller as a whole.
 */
export async function paperFigures(figure: Drawn, widths: readonly number[]): Promise<PaperFigure[]> {
  const made: PaperFigure[] = [];
  // What is around plots is much the same for all widths.
  let around = 60;
  for (const inches of widths) {
    const fitting = await fitted(figure, inches * PIXELS, around);
    around = fitting.around;
    const { svg } = fitting;
    const { width, height } = sizeOf(svg);
    const size = `width="${inches}in" height="${((inches * height) / width).toFixed(3)}in"`;
    const png = renderPng(svg, { scale: (inches * DOTS_PER_INCH) / width, dotsPerInch: DOTS_PER_INCH });
    made.push({ svg, files: { svg: standalone(svg.replace(SIZE, size)), png: await png } });
  }
  return made;
}

/** As wide as asked, within a pixel, if a plot of some width makes it so. `around`: what else a panel has of the width. */
async function fitted({ draw, panels = 1, smallest = 60 }: Drawn, pixels: number, around: number) {
  const plotFor = (around: number) => Math.max(smallest, Math.round(pixels / panels - around));
  let plot = plotFor(around);
  let svg = await draw(plot);
  for (let round = 0; round < 3; round++) {
    around = sizeOf(svg).width / panels - plot;
    const next = plotFor(around);
    if (Math.abs(next - plot) < 1) break;
    plot = next;
    svg = await draw(plot);
  }
  return { svg, around };
}

const SIZE = /width="([\d.]+)" height="([\d.]+)"/;

function sizeOf(svg: string): { readonly width: number; readonly height: number } {
  const [, width = '1', height = '1'] = SIZE.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
}
