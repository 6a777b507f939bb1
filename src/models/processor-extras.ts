import { z } from 'zod';
import { AdarandError } from '../errors.js';

/** What only some image processors of transformers do; a field that is null is as one that is not there. */
export const extraFields = {
  image_processor_type: z.string().nullish(),
  /** The same, in older files. */
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  rescale_offset: z.boolean().nullish(),
  include_top: z.boolean().nullish(),
  crop_pct: z.number().positive().max(1).nullish(),
};

type Extras = z.infer<z.ZodObject<typeof extraFields>>;

/** @throws AdarandError `model.config` for what cannot be done to images here. `file` is for messages. */
export function refuseExtras({ do_resize, do_flip_channel_order }: Extras, file: string): void {
  if (do_resize === false)
    throw new AdarandError(
      'model.config',
      `${file} leaves images at the size that they have (do_resize false)`,
      'Images are resized and cut to a square here. Set do_resize to true if the network may see them so.',
    );
  if (do_flip_channel_order === true)
    throw new AdarandError(
      'model.config',
      `${file} turns the colours of an image around, to blue, green, red (do_flip_channel_order true)`,
      'Images are red, green, blue here. Choose another model, or export this one so that it takes them so, and set do_flip_channel_order to false.',
    );
}

/** The shorter side that an image is resized to, and that of what is then cut from it, before any crop_size. */
export interface Sides {
  readonly resized: number;
  readonly cut: number;
}

/** By crop_pct, as the processors that know it apply it. @throws AdarandError `model.config`. */
export function sidesOf(side: number, extras: Extras, file: string): Sides {
  const { crop_pct } = extras;
  if (isOf(extras, 'ConvNext')) {
    const resized = side < 384 ? Math.floor(side / (crop_pct ?? 224 / 256)) : side;
    return { resized, cut: side };
  }
  if (isOf(extras, 'PoolFormer')) {
    const resized = Math.floor(side / (crop_pct ?? 0.9));
    return { resized, cut: resized };
  }
  if (crop_pct == null || crop_pct === 1) return { resized: side, cut: side };
  throw new AdarandError(
    'model.config',
    `${file} has a crop_pct of ${crop_pct}, and is of no image processor that is known to use one`,
    'Name the processor as transformers does (image_processor_type, such as ConvNextImageProcessor), or remove crop_pct.',
  );
}

/** What is taken from a rescaled pixel besides the mean, and whether it is divided by image_std a second time. */
export function normalisingOf(extras: Extras) {
  return {
    offset: extras.rescale_offset === true ? 1 : 0,
    twice: extras.include_top ?? isOf(extras, 'EfficientNet'),
  };
}

function isOf({ image_processor_type, feature_extractor_type }: Extras, family: string): boolean {
  return (image_processor_type ?? feature_extractor_type)?.startsWith(family) === true;
}
