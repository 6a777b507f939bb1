import type { Config } from 'vega-lite';
import { FONT_FAMILY } from './font.js';
import { colorOf } from './palette.js';

/** Texts and lines have the colour of the text around a picture, so that it is legible on light and on dark pages. */
const text = 'currentColor';

/** What all charts have in common. */
export const theme: Config = {
  // A label for every dot would be most of the file.
  aria: false,
  background: 'transparent',
  font: FONT_FAMILY,
  padding: 6,
  view: { stroke: null },
  title: {
    color: text,
    fontSize: 14,
    fontWeight: 'bold',
    subtitleColor: text,
    subtitleFontSize: 12,
    offset: 10,
  },
  axis: {
    labelColor: text,
    labelOpacity: 0.8,
    labelFontSize: 11,
    labelFlush: false,
    titleColor: text,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    domainColor: text,
    domainOpacity: 0.45,
    tickColor: text,
    tickOpacity: 0.45,
    gridColor: text,
    gridOpacity: 0.1,
  },
  header: { labelColor: text, titleColor: text },
  legend: {
    labelColor: text,
    labelFontSize: 12,
    labelLimit: 400,
    symbolSize: 90,
    symbolOpacity: 1,
    orient: 'bottom',
    direction: 'horizontal',
    title: null,
    symbolLimit: 0,
    columnPadding: 16,
    offset: 12,
  },
  text: { color: text, fontSize: 11 },
  rule: { color: text },
  line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
  point: { filled: true },
  range: { category: Array.from({ length: 10 }, (_, i) => colorOf(i)) },
};
