import { at } from '../../errors.js';
import { writeChunksAtomic } from '../../files/atomic.js';
import type { Prediction } from '../../training/evaluation.js';
import type { RunInputs } from '../prepare/run-inputs.js';
import { predictionRow, predictionsHeader } from '../use/predictions-table.js';

/** What was predicted for the test images when they were looked at, so that nobody has to look again. */
export class TestPredictions {
  readonly #logits: Float32Array[] = [];

  readonly add = ({ logits }: Prediction): void => {
    this.#logits.push(logits.slice());
  };

  /** Writes the table as `eval --predictions` does: a line per test image, in their order. */
  async write(path: string, { dataset: { classes, test } }: Pick<RunInputs, 'dataset'>): Promise<void> {
    const rows = this.#logits.map((logits, i) => {
      const { name, label } = at(test.images, i);
      return predictionRow({ name, truth: at(classes, label), logits }, classes);
    });
    await writeChunksAtomic(path, [Buffer.from(predictionsHeader(classes) + rows.join(''))]);
  }
}
