import { parse, textMetrics, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { isBold, textWidth } from './font.js';
import { theme } from './theme.js';

declare module 'vega' {
  /** How wide Vega takes a text to be; its types lack it. */
  const textMetrics: { width: (item: TextItem, text: unknown) => number };
}

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  /** Where a text is cut off; none is 0. */
  readonly limit?: number;
}

/** As the font has it: else it is a guess, or depends on what else is installed. */
textMetrics.width = ({ fontSize = 11, fontWeight, limit = 0 }, text) => {
  const width = textWidth(String(text ?? ''), fontSize, isBold(fontWeight) ? 'bold' : 'regular');
  return limit > 0 ? Math.min(width, limit) : width;
};

/** A chart as Vega-Lite describes it. What comes from outside is data in it, never a field's name or an expression. */
export type Chart = TopLevelSpec;

/** One of the charts that lie above each other in one. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** A chart as SVG, for a page: texts are texts, and the colour of lines and texts is the page's. */
export async function drawChart(chart: Chart): Promise<string> {
  const { spec } = compile(chart, { config: theme });
  const view = new View(parse(spec), { renderer: 'none' });
  try {
    return rounded(await view.toSVG()).replace(/ xmlns:xlink="[^"]*"/, '');
  } finally {
    view.finalize();
  }
}

/** Hundredths of a pixel are enough: numbers in the places of shapes, not those in texts. */
function rounded(svg: string): string {
  return svg.replace(/ (?:transform|d|[xy][12]?|width|height)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) =>
      String(Math.round(Number(number) * 100) / 100),
    ),
  );
}
