import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import opentype from 'opentype.js';

/** Arimo has the widths of Arial and Helvetica, so that texts are as wide where a browser takes one of these. */
export const FONT_FAMILY = "Arimo, Arial, Helvetica, 'Liberation Sans', sans-serif";

export type FontWeight = 'regular' | 'bold';

const names = { regular: 'arimo-latin-400-normal', bold: 'arimo-latin-700-normal' } as const;

function pathOf(weight: FontWeight, kind: 'woff' | 'woff2'): string {
  return fileURLToPath(import.meta.resolve(`@fontsource/arimo/files/${names[weight]}.${kind}`));
}

function open(weight: FontWeight) {
  return opentype.parse(Uint8Array.from(readFileSync(pathOf(weight, 'woff'))).buffer);
}

const fonts = { regular: open('regular'), bold: open('bold') } as const;

/** Whether a text has the bold font, by its CSS weight. */
export function isBold(weight: string | number | undefined): boolean {
  return weight === 'bold' || Number(weight) >= 600;
}

/** Pixels. A character that the font lacks is as wide as it is high, as those of East Asia are. */
export function textWidth(text: string, size: number, weight: FontWeight = 'regular'): number {
  return size * [...text].reduce((sum, character) => sum + characterWidth(character, weight), 0);
}

const widths = { regular: new Map<string, number>(), bold: new Map<string, number>() } as const;

/** At size 1. Layout asks for the same few characters again and again. */
function characterWidth(character: string, weight: FontWeight): number {
  const known = widths[weight].get(character);
  if (known !== undefined) return known;
  const font = fonts[weight];
  const width = font.charToGlyphIndex(character) === 0 ? 1 : font.getAdvanceWidth(character, 1);
  widths[weight].set(character, width);
  return width;
}

/** The outline of a line of text that begins at (0, 0), as the `d` of a path; undefined if the font lacks a character. */
export function textOutline(text: string, size: number, weight: FontWeight): string | undefined {
  const key = `${weight} ${size} ${text}`;
  if (!outlines.has(key)) outlines.set(key, outlined(text, size, weight));
  return outlines.get(key);
}

/** Pictures of one kind have the same few texts. */
const outlines = new Map<string, string | undefined>();

function outlined(text: string, size: number, weight: FontWeight): string | undefined {
  const font = fonts[weight];
  if ([...text].some((character) => font.charToGlyphIndex(character) === 0)) return undefined;
  return font.getPath(text, 0, 0, size).toPathData(2);
}

/** A file that browsers read. */
export function webFont(weight: FontWeight): Promise<Buffer> {
  return readFile(pathOf(weight, 'woff2'));
}
