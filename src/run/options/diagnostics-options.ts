import { z } from 'zod';
import { shown } from '../../shown.js';
import { keptEpochsPattern } from './kept-epochs.js';
import { optionRegistry } from './option.js';

/** What is measured and kept of a run beside its accuracy and its model. */
export const diagnosticsOptions = {
  diagnostics: z
    .boolean()
    .default(false)
    .register(optionRegistry, {
      description:
        'Measure after each epoch, on the training images without augmentation and on the validation images: norms and ' +
        'entropies of the features, their mutual information with the class, top-5 accuracy, macro F1 and calibration; of the ' +
        'test images, once at the end (docs/diagnostics.md). Takes one more pass over the training images in each epoch.',
      group: 'Run',
    }),
  keepFeatures: z
    .string()
    .regex(keptEpochsPattern, {
      error: ({ input }) =>
        `must be all, or epochs separated by commas, such as 0,5,last, not ${shown(input)}`,
    })
    .optional()
    .register(optionRegistry, {
      description:
        'Keep the features of the training and validation images of these epochs in RUN/features, and those of the test images ' +
        'at the end: epochs separated by commas, such as 0,5,last, or all. 0 is what training begins with.',
      group: 'Run',
      value: 'epochs',
      joinedBy: ',',
      otherwise: 'none are kept',
    }),
};
