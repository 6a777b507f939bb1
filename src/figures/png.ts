import sharp from 'sharp';
import { standalone } from './standalone.js';

export interface PngOptions {
  /** Pixels of the PNG per pixel of the SVG; 2 suits papers and dense screens. */
  readonly scale?: number;
}

/** A chart as PNG bytes, drawn by librsvg (it comes inside sharp), which needs no font for outlines. */
export async function renderPng(chart: string, { scale = 2 }: PngOptions = {}): Promise<Uint8Array> {
  return sharp(Buffer.from(standalone(chart)), { density: 72 * scale })
    .png()
    .toBuffer();
}
