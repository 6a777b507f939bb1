/** Time left, from the speed since the first step (or byte) of so many that was seen. */
export class Eta {
  #first: { readonly step: number; readonly time: number; readonly total: number } | undefined;

  secondsLeft(step: number, total: number): number {
    const time = performance.now() / 1000;
    if (this.#first === undefined || this.#first.total !== total || step < this.#first.step)
      this.#first = { step, time, total };
    const done = step - this.#first.step;
    return done === 0 ? Number.NaN : ((time - this.#first.time) / done) * (total - step);
  }
}
