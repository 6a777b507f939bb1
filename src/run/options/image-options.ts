import { z } from 'zod';
import { TEST_FRACTION, VAL_FRACTION } from '../../data/split.js';
import { augmentations } from './augmentations.js';
import { choiceOf } from './choice.js';
import { count, share } from './numbers.js';
import { optionRegistry } from './option.js';
import { ttaOption } from './tta-option.js';

/** What a run does with images: their size, changes, splits. */
export const imageOptions = {
  imageSize: count.max(4096).optional().register(optionRegistry, {
    description: "Side of the network's square input, in pixels.",
    group: 'Images',
    value: 'n',
    otherwise: "the model's own",
  }),
  augment: choiceOf(augmentations)
    .optional()
    .register(optionRegistry, {
      description:
        'Random changes of training images. crop: a part of 25 to 100 % of the area. inception-crop: of 8 to 100 %. ' +
        'pad-crop: a shift by up to 4 pixels. color-jitter: crop, and other colours. rand-augment: crop, and two random operations.',
      group: 'Images',
      value: 'name',
      otherwise: 'crop; pad-crop for inputs of at most 64 pixels',
    }),
  flip: z.boolean().default(true).register(optionRegistry, {
    description: 'Whether a random half of the training images is mirrored.',
    off: 'Do not mirror training images.',
    group: 'Images',
  }),
  randomErasing: z.number().min(0).max(1).default(0).register(optionRegistry, {
    description:
      'Probability of a training image to have a rectangle of 2 to 33 % of its area replaced by the mean colour, such as 0.25.',
    group: 'Images',
    value: 'x',
  }),
  ...ttaOption(' in validation and the test'),
  trainFraction: z.number().gt(0).max(1).default(1).register(optionRegistry, {
    description: 'Share of the training images to use, from 0 to 1.',
    group: 'Images',
    value: 'x',
  }),
  valFraction: share.default(VAL_FRACTION).register(optionRegistry, {
    description:
      'Share of the training images to validate on, from 0 to 1, where DATA has no val/. The epoch with the best ' +
      'validation is kept.',
    group: 'Images',
    value: 'x',
  }),
  valFold: z
    .number()
    .int()
    .min(0)
    .default(0)
    .register(optionRegistry, {
      description:
        'Which share is validated on, from 0 on, where DATA has no val/: for one seed, the shares of different numbers are ' +
        'disjoint, and the test images are the same.',
      group: 'Images',
      value: 'n',
    }),
  testFraction: share.default(TEST_FRACTION).register(optionRegistry, {
    description: 'Share of the training images to test on, from 0 to 1, where DATA has no test/.',
    group: 'Images',
    value: 'x',
  }),
};
