/** SVG as strings: a picture is a pure function of its data, and a change in a picture is a change in a diff. */

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; numbers are rounded to hundredths of a pixel, undefined attributes left out. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined
      ? ''
      : ` ${key}="${typeof value === 'number' ? round(value) : encodeEntities(value)}"`,
  );
  const open = `<${name}${written.join('')}`;
  if (children.length === 0) return `${open}/>`;
  return name === 'text'
    ? `${open}>${children.join('')}</${name}>`
    : `${open}>\n${children.join('\n')}\n</${name}>`;
}

export interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  readonly fill?: string;
  /** Degrees, about (x, y). */
  readonly rotate?: number;
}

/** A line of text with its baseline at y. Every text of a figure is made here: `strokeTexts` relies on the form. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, anchor = 'start', bold = false, fill = ink.text, rotate } = style;
  return element(
    'text',
    {
      x,
      y,
      'font-size': size,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': bold ? 'bold' : undefined,
      fill,
      transform: rotate === undefined ? undefined : `rotate(${rotate} ${round(x)} ${round(y)})`,
    },
    encodeEntities(content),
  );
}

/** The whole picture, on white, so that it is legible on a dark page too. */
export function svg(width: number, height: number, ...children: readonly string[]): string {
  const whole = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: round(width),
      height: round(height),
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      'font-family': "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
    },
    element('rect', { width, height, fill: '#ffffff' }),
    ...children,
  );
  return `${whole}\n`;
}

/** Neutral colours, from text to hairline. */
export const ink = { text: '#222222', muted: '#666666', axis: '#8a8a8a', grid: '#e6e6e6' } as const;

export function round(value: number): string {
  return String(Math.round(value * 100) / 100 || 0); // `|| 0` for -0
}

function encodeEntities(content: string): string {
  return content.replace(/[&<>"\p{Cc}\p{Cs}]/gu, (c) => entities[c] ?? ' ');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
