/** A publication, for who cites it. */
export interface Reference {
  readonly title: string;
  /** All of them, given names first. */
  readonly authors: readonly string[];
  /** ICML, NeurIPS, ... */
  readonly venue: string;
  readonly year: number;
  readonly url: string;
  /** Its number there. */
  readonly arxiv?: string;
}

/** What the literature says of a method, and what is done otherwise here: docs/methods.md is written from it. */
export interface MethodAbout {
  /** That of the method first; a baseline has none. */
  readonly references: readonly Reference[];
  /** What it does and why, in some sentences. */
  readonly idea: string;
  /** What is computed, line by line, in plain mathematics. */
  readonly equations: readonly string[];
  /** The letters of the equations, with shapes, but for those that all methods share (docs/methods.md). */
  readonly symbols: Readonly<Record<string, string>>;
  /** Where the defaults come from: that of lambda, and of each option. */
  readonly defaults: { readonly lambda: string; readonly [option: string]: string };
  /** Where it departs from the paper, and where the paper and its authors' code differ. */
  readonly departures: readonly string[];
  /** What it takes beyond a step of plain fine-tuning, and before training. */
  readonly cost: string;
}

/** The same, with a source for each option that there is. */
export type AboutWith<Option extends string> = MethodAbout & {
  readonly defaults: Readonly<Record<Option, string>>;
};
