/** Seconds between the events of an epoch. */
export class Clock {
  #last = performance.now();
  #saved = this.#last;

  /** Since the last lap. */
  lap(): number {
    const now = performance.now();
    const seconds = (now - this.#last) / 1000;
    this.#last = now;
    return seconds;
  }

  secondsSinceSave(): number {
    return (performance.now() - this.#saved) / 1000;
  }

  saved(): void {
    this.#saved = performance.now();
  }
}
