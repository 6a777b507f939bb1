import sharp from 'sharp';
import { strokeTexts } from './stroke-font.js';
import { svg, text } from './svg.js';

export interface PngOptions {
  /** Pixels of the PNG per pixel of the SVG; 2 suits papers and dense screens. */
  readonly scale?: number;
}

/**
 * A figure as PNG bytes, drawn by librsvg (it comes inside sharp). Texts are set in the machine's sans-serif font;
 * where there is none, librsvg draws a box for every character, so they are drawn with our own strokes.
 */
export async function renderPng(figure: string, { scale = 2 }: PngOptions = {}): Promise<Uint8Array> {
  fonts ??= canDrawText();
  const source = (await fonts) ? figure : strokeTexts(figure);
  return sharp(Buffer.from(source), { density: 72 * scale })
    .png()
    .toBuffer();
}

let fonts: Promise<boolean> | undefined;

/** Without a font every character is the same empty box, or nothing. */
async function canDrawText(): Promise<boolean> {
  const [wide, narrow] = await Promise.all(['W', 'i'].map(drawCharacter));
  return wide !== undefined && narrow !== undefined && !wide.equals(narrow);
}

function drawCharacter(character: string): Promise<Buffer> {
  const picture = svg(40, 40, text(8, 30, character, { size: 24 }));
  return sharp(Buffer.from(picture)).raw().toBuffer();
}
