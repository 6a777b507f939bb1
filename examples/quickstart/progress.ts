/** Where progress is shown; `process.stdout` is one. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** A pipe gets a line at most so often. */
const PLAIN_SECONDS = 10;
const REDRAW_SECONDS = 0.1;

/** How far all runs together have come: on a terminal one line that is redrawn, else plain lines. */
export class Progress {
  readonly #output: Output;
  readonly #runs: number;
  readonly #started = performance.now();
  #finished = 0;
  #shown = Number.NEGATIVE_INFINITY;

  constructor(output: Output, runs: number) {
    this.#output = output;
    this.#runs = runs;
  }

  /** `share`: how much of the current run is done, 0 to 1. */
  update(name: string, share: number): void {
    const seconds = this.seconds;
    const live = this.#output.isTTY === true;
    if (seconds - this.#shown < (live ? REDRAW_SECONDS : PLAIN_SECONDS)) return;
    this.#shown = seconds;
    const done = (this.#finished + share) / this.#runs;
    // The start of the first run, which compiles, says nothing about the rest.
    const left = done > 0.05 ? `, ${Math.ceil((seconds / done) * (1 - done))} s left` : '';
    const text = `run ${this.#finished + 1} of ${this.#runs}: ${name}, ${Math.round(100 * share)} %${left}`;
    this.#output.write(live ? `\r\u001b[K${text}` : `${text}\n`);
  }

  /** A run has ended; `text` stays. */
  finish(text: string): void {
    this.#finished += 1;
    this.clear();
    this.#output.write(`${text}\n`);
  }

  clear(): void {
    if (this.#output.isTTY === true) this.#output.write('\r\u001b[K');
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
