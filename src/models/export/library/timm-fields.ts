import { at } from '../../../errors.js';
import type { ArchitectureConfig, Fields } from '../../../nn/config.js';
import type { TensorOrigin } from '../../../nn/naming/origin.js';
import type { ExportedModel } from '../onnx.js';

/** What a `config.json` of timm says. */
export function timmFields(
  { network, head }: ExportedModel,
  { heads }: TensorOrigin,
  { architecture, args }: Extract<ArchitectureConfig, { library: 'timm' }>,
): Fields {
  const { imageSize, resizeSize, mean, std } = network.preprocessing;
  // Positions are as many as the patches of such an image.
  const sized = network.parameters.has('pos_embed') ? { img_size: imageSize } : {};
  return {
    architecture,
    num_classes: head.classes.length,
    num_features: network.featureSize / heads.length,
    label_names: head.classes,
    model_args: { ...args, ...sized },
    pretrained_cfg: {
      num_classes: head.classes.length,
      input_size: [3, imageSize, imageSize],
      crop_pct: cropShare(imageSize, resizeSize),
      crop_mode: 'center',
      interpolation: 'bilinear',
      mean,
      std,
      classifier: heads.length === 1 ? at(heads, 0) : heads,
    },
  };
}

/** timm resizes to the whole part of the image's side over this. */
function cropShare(imageSize: number, resizeSize: number): number {
  const share = imageSize / resizeSize;
  return Math.floor(imageSize / share) === resizeSize ? share : imageSize / (resizeSize + 0.5);
}
