import { z } from 'zod';
import { AdarandError } from '../errors.js';
import type { Preprocessing } from '../nn/network.js';
import { preprocessingSchema } from './preprocessing-schema.js';

const side = z.int().min(1).max(4096);
const threeNumbers = z.tuple([z.number(), z.number(), z.number()]);

/** The part of timm's config.json that matters here. It also says how images are prepared. */
export const timmSchema = z.object({
  architecture: z.string(),
  label_names: z.array(z.string()).min(1).optional(),
  pretrained_cfg: z.object({
    input_size: z.tuple([z.literal(3), side, side]),
    crop_pct: z.number().positive().max(1),
    mean: threeNumbers,
    std: threeNumbers,
  }),
});

/** As timm's own evaluation prepares images: the shorter side is resized to floor(size / crop_pct). */
export function preprocessingOfTimm(config: z.output<typeof timmSchema>, file: string): Preprocessing {
  const { input_size, crop_pct, mean, std } = config.pretrained_cfg;
  const [, height, width] = input_size;
  if (height !== width)
    throw new AdarandError(
      'model.config',
      `${file} asks for images of ${height}x${width}`,
      'Only square inputs are supported: make height and width equal.',
    );
  const result = preprocessingSchema.safeParse({
    imageSize: height,
    resizeSize: Math.floor(height / crop_pct),
    mean,
    std,
  });
  if (result.success) return result.data;
  throw new AdarandError(
    'model.config',
    `${file} normalises by ${mean} and ${std}, which makes images of no usual scale`,
    'Check mean and std of its pretrained_cfg.',
    result.error,
  );
}
