import { AdarandError } from '../../errors.js';
import { predict } from '../../run/operations/predict.js';
import { INCOMPLETE } from '../errors.js';
import { perform } from '../perform.js';
import { withStandardInput } from '../standard-input.js';
import type { Command } from './command.js';

export const command = {
  options: predict.request,
  arguments: ['run', 'images'],
  async run({ parse, json }) {
    const typed = parse(predict.request);
    const images = await withStandardInput(typed.images, typed.run);
    // Each is printed as soon as it is there.
    const predictions = await perform(predict, { ...typed, images }, { json });
    const failed = predictions.filter(({ error }) => error !== undefined).length;
    if (failed > 0)
      throw new AdarandError(
        INCOMPLETE,
        `${failed} of ${predictions.length} could not be classified`,
        'Each of them is listed above with its reason; the answers for the others hold.',
      );
  },
} satisfies Command<typeof predict.request>;
