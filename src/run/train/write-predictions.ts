import type { Dataset } from '../../data/index.js';
import { at } from '../../errors.js';
import { writeChunksAtomic } from '../../files/atomic.js';
import type { Outputs } from '../../training/outputs.js';
import { predictionRow, predictionsHeader } from '../use/predictions-table.js';

/** What was said of the test images when they were looked at, as the table of `eval --predictions`, in their order. */
export async function writePredictions(
  path: string,
  { logits: { data } }: Pick<Outputs, 'logits'>,
  { classes, test }: Pick<Dataset, 'classes' | 'test'>,
): Promise<void> {
  function* lines() {
    yield Buffer.from(predictionsHeader(classes));
    const width = classes.length;
    for (const [i, { name, label }] of test.images.entries()) {
      const logits = data.subarray(i * width, (i + 1) * width);
      yield Buffer.from(predictionRow({ name, truth: at(classes, label), logits }, classes));
    }
  }
  await writeChunksAtomic(path, lines());
}
