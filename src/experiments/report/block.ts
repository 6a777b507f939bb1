import type { Content } from '../../figures/page/html.js';
import type { Evidence } from './evidence/evidence.js';

/** What a part of a report consists of. Tables and figures are also files of their own. */
export type Block =
  | { readonly kind: 'text'; readonly content: Content }
  | { readonly kind: 'table'; readonly table: ReportTable }
  | { readonly kind: 'figure'; readonly figure: ReportFigure }
  /** What cannot be shown, and why. */
  | { readonly kind: 'missing'; readonly why: string };

/** A part of a report, from the evidence alone. */
export interface Section {
  readonly title: string;
  make(evidence: Evidence): Block[] | Promise<Block[]>;
}

export interface ReportTable {
  /** Of its files. */
  readonly name: string;
  /** Its caption. */
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether the page shows it only when asked to. */
  readonly folded?: boolean;
  /** What is to be known of the numbers. */
  readonly notes: readonly string[];
  /** For programs: one observation a row, with all digits. Where it is left out, the CSV has what is shown. */
  readonly tidy?: { readonly columns: readonly string[]; readonly rows: readonly (readonly TidyValue[])[] };
}

export interface TableColumn {
  readonly title: string;
  readonly number?: boolean;
}

export type Cell = string | StrongCell;

/** What is shown in bold. */
export interface StrongCell {
  readonly strong: string;
}

export type TidyValue = string | number | boolean | undefined;

export interface ReportFigure {
  /** Of its files. */
  readonly name: string;
  /** Its caption. */
  readonly title: string;
  /** The chart, with a plot (or each of its panels) of this width, in pixels. */
  draw(plotWidth: number): Promise<string>;
  /** On the page, two such figures lie beside each other where there is room. */
  readonly half?: boolean;
  /** A narrower plot, or panel, shows nothing; 60 pixels unless given. */
  readonly smallest?: number;
  /** How many panels lie beside each other; 1 unless given. */
  readonly panels?: number;
}

export const text = (content: Content): Block => ({ kind: 'text', content });
export const table = (content: ReportTable): Block => ({ kind: 'table', table: content });
export const figure = (content: ReportFigure): Block => ({ kind: 'figure', figure: content });
export const missing = (why: string): Block => ({ kind: 'missing', why });
