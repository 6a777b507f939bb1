import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdarandError } from '../../../errors.js';
import { specialAt } from '../../../files/special.js';
import { cannotRead } from '../../../files/why-unreadable.js';
import type { AnsweredImage, Answers } from './answers.js';
import type { FinishedRun } from './evidence.js';
import { type ImageOf, imageAt } from './image-at.js';
import { parseCsv } from './parse-csv.js';

/** In a run's folder: what was predicted for its test images, as `predictions-table.ts` writes it. */
const PREDICTIONS = 'predictions.csv';

/**
 * The predictions that a run has kept; undefined where it has none. Images are where they were when the run began, unless
 * `imageOf` knows it better.
 *
 * @throws AdarandError `run.damaged`, `files.read`.
 */
export async function readPredictions(
  { path, record }: Pick<FinishedRun, 'path' | 'record'>,
  imageOf: ImageOf = (name) => imageAt(record.options.data, name),
): Promise<Answers | undefined> {
  const file = join(path, PREDICTIONS);
  if (!existsSync(file)) return undefined;
  const special = await specialAt(file);
  if (special !== undefined) throw damaged(file, `it is a ${special}`);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  const { classes } = record.data;
  const [header = [], ...rows] = parseCsv(text);
  const expected = ['path', 'class', 'predicted', ...classes.map((name) => `probability:${name}`)];
  if (JSON.stringify(header) !== JSON.stringify(expected))
    throw damaged(file, 'its columns are not those of the run');
  const images = rows.map((row, i) => answerOf(row, classes, imageOf) ?? i);
  const wrong = images.find((image) => typeof image === 'number');
  if (wrong !== undefined) throw damaged(file, `row ${wrong + 1} is not a prediction`);
  return { split: 'test', classes, images: images.filter((image) => typeof image !== 'number') };
}

function answerOf(
  row: readonly string[],
  classes: readonly string[],
  imageOf: ImageOf,
): AnsweredImage | undefined {
  const [name, trueClass = '', predictedClass = '', ...cells] = row;
  const [truth, predicted] = [classes.indexOf(trueClass), classes.indexOf(predictedClass)];
  const probabilities = cells.map(Number);
  const [probability, truthProbability] = [probabilities[predicted], probabilities[truth]];
  if (name === undefined || truth < 0 || predicted < 0 || probabilities.length !== classes.length)
    return undefined;
  if (probability === undefined || truthProbability === undefined) return undefined;
  if (!probabilities.every((p) => p >= 0 && p <= 1)) return undefined;
  return { name, truth, predicted, probability, truthProbability, image: imageOf(name) };
}

function damaged(path: string, reason: string): AdarandError {
  return new AdarandError(
    'run.damaged',
    `${path} is not what a run writes: ${reason}`,
    'Remove it, and the report is made without it, or by the classifier of the run.',
  );
}
