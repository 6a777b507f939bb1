import { argMax } from '../../analysis/arg-max.js';
import { balancedAccuracy } from '../../analysis/balanced-accuracy.js';
import { crossEntropyOf } from '../../analysis/softmax.js';
import { wilsonInterval } from '../../analysis/statistics.js';
import { at } from '../../errors.js';
import type { EvaluationReport } from '../operations/evaluate.js';

/** Counts results by true and predicted class. */
export class Tally {
  readonly #classes: readonly string[];
  readonly #counts: Int32Array;
  #loss = 0;
  #notFinite = 0;

  constructor(classes: readonly string[]) {
    this.#classes = classes;
    this.#counts = new Int32Array(classes.length ** 2);
  }

  /** Images that cannot be counted as right or wrong. */
  get notFinite(): number {
    return this.#notFinite;
  }

  add(logits: Float32Array, label: number): void {
    if (!logits.every(Number.isFinite)) {
      this.#notFinite += 1;
      return;
    }
    const cell = label * this.#classes.length + argMax(logits);
    this.#counts[cell] = at(this.#counts, cell) + 1;
    this.#loss += crossEntropyOf(logits, label);
  }

  report() {
    const K = this.#classes.length;
    const rows = this.#classes.map((name, label) => {
      const row = this.#counts.subarray(label * K, (label + 1) * K);
      const images = row.reduce((a, b) => a + b, 0);
      return { name, row, images, correct: at(row, label) };
    });
    const present = rows.filter(({ images }) => images > 0);
    const images = present.reduce((sum, row) => sum + row.images, 0);
    const correct = present.reduce((sum, row) => sum + row.correct, 0);
    const { low, high } = wilsonInterval(correct, images);
    const classes = present.map((row) => ({ ...row, accuracy: row.correct / row.images }));
    const confusions = rows.flatMap(({ name, row }, label) =>
      Array.from(row, (count, predicted) => ({
        truth: name,
        predicted: at(this.#classes, predicted),
        images: predicted === label ? 0 : count,
      })).filter((pair) => pair.images > 0),
    );
    confusions.sort((a, b) => b.images - a.images);
    return {
      images,
      accuracy: correct / images,
      interval: [low, high] satisfies EvaluationReport['interval'],
      balanced_accuracy: balancedAccuracy(present),
      loss: this.#loss / images,
      classes: classes.map((row) => ({ name: row.name, images: row.images, accuracy: row.accuracy })),
      without_images: rows.filter((row) => row.images === 0).map(({ name }) => name),
      confusions,
    };
  }
}
