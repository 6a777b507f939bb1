/**
 * Tries classifiers that `oracle/tensor-zoo.py` has written: `node build/tools/models/tensor-zoo.js FOLDER [PART OF A NAME
 * ...]`.
 *
 * Of each model: whether its tensors open by their names; whether its logits (or features, without a classifier) are
 * PyTorch's, to 1e-4 of their norm; whether each tensor gets a gradient in a training step that compiles. Prints a line for
 * each, and how many pass.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AdarandError } from '../../src/errors.js';
import { openModel } from '../../src/models/open.js';
import { evaluated, relative } from '../../test/helpers/backbone-reference.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { attempt, checkTraining } from './attempt.js';

const referenceSchema = z.object({ images: recipeSchema, output: z.array(z.array(z.number())) });

const [, , folder = '', ...wanted] = process.argv;
const names = readdirSync(folder)
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
let good = 0;
for (const name of names) {
  const result = await attempt((at) => tryOut(join(folder, name), at));
  if (result === 'ok') good += 1;
  console.log(`${name}.tensors ${result}`);
}
console.log(`${good} of ${names.length}`);

async function tryOut(path: string, at: (stage: string) => void): Promise<void> {
  const { images, output } = referenceSchema.parse(
    JSON.parse(readFileSync(join(path, 'reference.json'), 'utf8')),
  );
  const described = ['config.json', 'open_clip_config.json'].some((file) => existsSync(join(path, file)));
  const network = await openModel(described ? path : join(path, 'model.safetensors'), {
    imageSize: images.shape[2] ?? 0,
  });
  at('compare');
  const [, logits] = await evaluated(network, tensorOf(images));
  const distance = relative(logits, output);
  if (!(distance <= 1e-4)) throw new AdarandError('zoo.differs', `by ${distance} of the norm`);
  at('step');
  await checkTraining(network);
}
