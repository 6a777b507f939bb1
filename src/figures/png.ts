import sharp from 'sharp';
import { standalone } from './standalone.js';

export interface PngOptions {
  /** Pixels of the PNG per pixel of the SVG; 2 suits papers and dense screens. */
  readonly scale?: number;
  /** Noted in the file: how large it is meant to be on paper. */
  readonly dotsPerInch?: number;
}

/** A chart as PNG bytes, drawn by librsvg (it comes inside sharp), which needs no font for outlines. */
export async function renderPng(
  chart: string,
  { scale = 2, dotsPerInch }: PngOptions = {},
): Promise<Uint8Array> {
  const picture = sharp(Buffer.from(standalone(chart)), { density: 72 * scale });
  return (dotsPerInch === undefined ? picture : picture.withMetadata({ density: dotsPerInch }))
    .png()
    .toBuffer();
}
