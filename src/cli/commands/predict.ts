import { predict } from '../../run/operations/predict.js';
import { percent } from '../format.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import type { Command } from './command.js';

export const command = {
  options: predict.request,
  arguments: ['run', 'images'],
  async run({ parse, json }) {
    for (const { image, classes } of await perform(predict, parse(predict.request), { json })) {
      if (json) printJson({ type: 'prediction', image, classes });
      else {
        const likeliest = classes.map(({ name, probability }) => `${name} ${percent(probability)}`);
        process.stdout.write(`${image}: ${likeliest.join(', ')}\n`);
      }
    }
  },
} satisfies Command<typeof predict.request>;
