import { wilsonInterval } from '../../analysis/statistics.js';
import { at, invariant } from '../../errors.js';
import type { QuantizedReport } from './quantized-report.js';

/** Counts how the answers of the 8-bit classifier differ from those of the float one, by true class. */
export class Comparison {
  readonly #classes: readonly { readonly name: string; images: number; float: number; eight: number }[];
  #same = 0;

  constructor(classes: readonly string[]) {
    this.#classes = classes.map((name) => ({ name, images: 0, float: 0, eight: 0 }));
  }

  /** The classes that the two say, and the true one. */
  add({ float, eight, label }: { float: number; eight: number; label: number }): void {
    const row = at(this.#classes, label);
    row.images += 1;
    row.float += Number(float === label);
    row.eight += Number(eight === label);
    this.#same += Number(float === eight);
  }

  report(): Omit<QuantizedReport, 'bytes' | 'measured_on' | 'split'> {
    const sum = (of: 'images' | 'float' | 'eight') =>
      this.#classes.reduce((total, row) => total + row[of], 0);
    const images = sum('images');
    invariant(images > 0, 'there is something to compare');
    const accuracyOf = (right: number) => {
      const { low, high } = wilsonInterval(right, images);
      return { accuracy: right / images, interval: [low, high] satisfies [number, number] };
    };
    const { accuracy, interval } = accuracyOf(sum('eight'));
    const float = accuracyOf(sum('float'));
    const [worst] = this.#classes
      .map(({ name, images, float, eight }) => ({ name, images, lost: float - eight }))
      .filter(({ lost }) => lost > 0)
      .sort((a, b) => b.lost / b.images - a.lost / a.images);
    return {
      images,
      accuracy,
      interval,
      float_accuracy: float.accuracy,
      float_interval: float.interval,
      agreement: this.#same / images,
      largest_drop: worst ?? null,
      worse: accuracy < float.interval[0] && float.accuracy - accuracy > 0.02,
    };
  }
}
