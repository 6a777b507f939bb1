import { printable } from '../printable.js';
import type { Output } from './line.js';

/** Some lines on a terminal that are redrawn together. */
export class Block {
  readonly #output: Output;
  #height = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** In the place of what it showed before; lines and columns are cut where the terminal ends. */
  show(lines: readonly string[]): void {
    const width = (this.#output.columns || 80) - 1;
    // What has left the screen at its top cannot be drawn again.
    const shown = lines.slice(0, (this.#output.rows || 24) - 1);
    const up = this.#height === 0 ? '' : `\u001b[${this.#height}A`;
    const text = shown.map((line) => `${[...printable(line)].slice(0, width).join('')}\n`).join('');
    this.#output.write(`\r${up}\u001b[J${text}`);
    this.#height = shown.length;
  }
}
