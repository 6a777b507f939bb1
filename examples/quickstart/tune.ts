/**
 * How the numbers in `recipe.ts` were chosen: `node build/examples/quickstart/tune.js`, some ten minutes. By validation
 * accuracy on digits and seeds that the quickstart does not use; no test image is read. What both methods share is
 * chosen for fine-tuning, then lambda for AdaRand.
 */
import { rm } from 'node:fs/promises';
import { mean } from '../../src/analysis/statistics.js';
import { type TrainOptions, train } from '../../src/index.js';
import { writeDigits } from './digits.js';
import { DIGITS, recipe } from './recipe.js';

const VALIDATION = 50;
const seeds = [100, 101, 102];
const folder = 'runs/quickstart-tuning';

await rm(folder, { recursive: true, force: true });
await writeDigits(`${folder}/mnist`, { seed: 0, skip: 2 * DIGITS, train: DIGITS + VALIDATION, test: 0 });

const shared = await best(
  [0.03, 0.1, 0.3].flatMap((learningRate) =>
    (['none', 'pad-crop'] as const).map((augment) => ({
      method: 'fine-tuning',
      learningRate,
      augment,
    })),
  ),
);
await best([0.1, 0.3, 1, 3, 10, 30].map((lambda) => ({ ...shared, method: 'adarand', lambda })));

async function best(candidates: readonly Partial<TrainOptions>[]): Promise<Partial<TrainOptions>> {
  let winner: { accuracy: number; options: Partial<TrainOptions> } = { accuracy: 0, options: {} };
  for (const options of candidates) {
    const accuracy = mean(await Promise.all(seeds.map((seed) => validate(options, seed))));
    console.log(`${(100 * accuracy).toFixed(2)} %  ${JSON.stringify(options)}`);
    if (accuracy > winner.accuracy) winner = { accuracy, options };
  }
  return winner.options;
}

async function validate(options: Partial<TrainOptions>, seed: number): Promise<number> {
  const out = `${folder}/run`;
  const { val_accuracy } = await train({
    ...recipe,
    ...options,
    seed,
    data: `${folder}/mnist`,
    model: 'sample',
    out: `${out}-${seed}`,
    threads: 1,
    valFraction: VALIDATION / (DIGITS + VALIDATION),
    testFraction: 0,
  });
  await rm(`${out}-${seed}`, { recursive: true });
  return val_accuracy ?? 0;
}
