/**
 * Fine-tunes a small network, which the repository carries, on ten images of each handwritten digit: as usual, and
 * with AdaRand, three seeds each. Takes about a minute. `npm start`, or
 *
 *     node build/examples/quickstart.js [--seeds 3] [--epochs 30] [--test-images 200]
 */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { formatDifference, formatResults } from '../src/figures/comparison.js';
import { AdarandError, type RunSummary, train } from '../src/index.js';
import { writeDigits } from './quickstart/digits.js';
import { Progress } from './quickstart/progress.js';
import { DIGITS, methods, recipe } from './quickstart/recipe.js';
import { drawFeatures } from './quickstart/report.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: String(recipe.epochs) },
    /** Of each digit. */
    'test-images': { type: 'string', default: '200' },
  },
});
const folder = 'runs/quickstart';
const data = `${folder}/mnist`;

try {
  await quickstart();
} catch (error) {
  if (!(error instanceof AdarandError)) throw error;
  console.error(`\n${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`);
  process.exitCode = 1;
}

async function quickstart(): Promise<void> {
  const seeds = Array.from({ length: count('seeds') }, (_, seed) => seed);
  const epochs = count('epochs');
  const testImages = count('test-images');
  await rm(folder, { recursive: true, force: true });
  await writeDigits(data, { seed: 0, train: 2 * DIGITS, test: testImages });
  console.log(
    `Digits, from a network that was pretrained on clothes: ${10 * DIGITS} images of MNIST to train on,\n` +
      `as many to validate on, ${10 * testImages} to test on.\n`,
  );
  const progress = new Progress(process.stdout, methods.length * seeds.length);
  const runs = new Map<string, RunSummary[]>(methods.map(({ title }) => [title, []]));
  for (const seed of seeds) {
    for (const { name, title, options } of methods) {
      const label = `${title}, seed ${seed}`;
      const summary = await train(
        {
          ...recipe,
          ...options,
          epochs,
          seed,
          data,
          model: 'sample',
          out: `${folder}/${name}-seed${seed}`,
        },
        {
          onEvent(event) {
            if (event.type === 'step') progress.update(label, event.step / event.totalSteps);
          },
        },
      );
      runs.get(title)?.push(summary);
      progress.finish(`${label}: ${(100 * (summary.test_accuracy ?? 0)).toFixed(1)} % of the test images`);
    }
  }
  const results = Array.from(runs, ([title, summaries]) => ({ title, runs: summaries }));
  const pictures = await drawFeatures(folder, data, results);
  console.log(`\n${formatResults(results)}\n\n${formatDifference(results)}\n`);
  console.log(`Test features in the plane: ${pictures.join(' and ')}`);
  console.log(
    `Each run is in ${folder}, with its ONNX file. All of it took ${Math.round(progress.seconds)} s.`,
  );
}

function count(option: keyof typeof values): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new AdarandError('quickstart.option', `--${option} ${values[option]} is not a positive whole number`);
}
