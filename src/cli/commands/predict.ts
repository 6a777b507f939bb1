import { AdarandError } from '../../errors.js';
import { printableName } from '../../printable.js';
import { type ImagePrediction, predict } from '../../run/operations/predict.js';
import { INCOMPLETE } from '../errors.js';
import { percent } from '../format.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { indented, print, printError } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: predict.request,
  arguments: ['run', 'images'],
  async run({ parse, json }) {
    const predictions = await perform(predict, parse(predict.request), { json });
    for (const prediction of predictions) {
      if (json) printJson({ type: 'prediction', ...prediction });
      else printText(prediction);
    }
    const failed = predictions.filter(({ error }) => error !== undefined).length;
    if (failed > 0)
      throw new AdarandError(INCOMPLETE, `${failed} of ${predictions.length} could not be classified`);
  },
} satisfies Command<typeof predict.request>;

function printText({ image, classes, error }: ImagePrediction): void {
  if (error === undefined) {
    const likeliest = classes.map(({ name, probability }) => `${name} ${percent(probability)}`);
    print(`${printableName(image)}: ${likeliest.join(', ')}\n`);
  } else {
    printError(`${indented(error.message)}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`);
  }
}
