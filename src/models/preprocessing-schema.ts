import { z } from 'zod';
import { MAX_SIDE } from './max-side.js';

const side = z.int().min(1).max(MAX_SIDE);
const numbers = (one: z.ZodNumber) => z.tuple([one, one, one]);

/** For a network whose images were not cut to a square; ours always are. */
export const SQUEEZED = 'its images were squeezed to a square when it was trained; here they are cut to one';

/** For SigLIP 2 with any number of patches. */
export const IN_PROPORTION =
  'its images kept their proportions when it was trained; here they are cut to a square';

/** `Preprocessing` as files have it, within what a network can be made for. */
export const preprocessingSchema = z.object({
  imageSize: side,
  resizeSize: side,
  mean: numbers(z.number().min(-1e4).max(1e4)),
  std: numbers(z.number().min(1e-6).max(1e6)),
});
