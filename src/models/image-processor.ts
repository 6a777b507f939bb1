import type { Preprocessing } from '../nn/network.js';

/** How transformers and transformers.js describe a picture's way to normalised pixels; `resample` is Pillow's number of a filter. */
export function imageProcessor(
  { imageSize, resizeSize, mean, std }: Preprocessing,
  { type, resample }: { readonly type: string; readonly resample: number },
) {
  return {
    image_processor_type: type,
    do_resize: true,
    size: { shortest_edge: resizeSize },
    resample,
    do_center_crop: true,
    crop_size: { height: imageSize, width: imageSize },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  };
}
