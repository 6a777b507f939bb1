import { z } from 'zod';
import { testTimeAugmentations } from '../../training/test-time-augmentation.js';
import { optionRegistry } from './option.js';

/** Test-time augmentation, where `place` says what is classified so. */
export function ttaOption(place: string) {
  return {
    tta: z
      .enum(testTimeAugmentations)
      .default('none')
      .register(optionRegistry, {
        description:
          `Test-time augmentation${place}. flip: probabilities are the mean of those of an image and of its mirror image, ` +
          'which takes twice the time; not for digits, letters and whatever else must not be mirrored.',
        group: 'Images',
        value: 'what',
      }),
  };
}
