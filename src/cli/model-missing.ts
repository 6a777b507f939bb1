import { imagesIn } from '../data/index.js';
import { AdarandError } from '../errors.js';
import { recommended } from '../models/catalog.js';
import { commandLine } from '../run/command-line.js';

/** What to say where no model is named: which ones to begin with, for so many images. */
export async function modelMissing(data: string): Promise<AdarandError> {
  // What is wrong with the folder is told when there is a model to train on it.
  const found = await imagesIn(data).then(
    (images) => images.length,
    () => 0,
  );
  const images = found === 0 ? undefined : found;
  const [best, ...others] = recommended(images);
  const forThese = images === undefined ? 'Begin with' : `For ${images} images, begin with`;
  return new AdarandError(
    'config.invalid',
    '--model is missing',
    `${forThese} --model ${best?.name} (${best?.use}), or ${others.map(({ name }) => name).join(' or ')}. ` +
      `\`${commandLine('models')}\` says more of them; sample is a small one that needs no download.`,
  );
}
