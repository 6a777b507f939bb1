import { launch } from '../../process/launch.js';
import { predictOptionsSchema } from '../../run/options/operations.js';
import { parseFlags } from '../flags.js';
import { percent } from '../format.js';
import { printJson } from '../json.js';
import { createProgress } from '../progress.js';
import { supervise } from '../supervise.js';

export async function predict(
  run: string,
  images: readonly string[],
  flags: { readonly json?: boolean },
): Promise<void> {
  const { json = false, ...others } = flags;
  const options = parseFlags(predictOptionsSchema, { run, images, ...others });
  const progress = createProgress({ json });
  const predictions = await supervise(launch('predict', options, progress)).finally(() => progress.end());
  for (const { image, classes } of predictions) {
    if (json) printJson({ type: 'prediction', image, classes });
    else {
      const told = classes.map(({ name, probability }) => `${name} ${percent(probability)}`);
      process.stdout.write(`${image}: ${told.join(', ')}\n`);
    }
  }
}
