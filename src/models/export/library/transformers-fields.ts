import { float32, type Tensor } from '../../../graph/tensor.js';
import type { Fields } from '../../../nn/config.js';
import type { Preprocessing } from '../../../nn/network.js';
import { imageProcessor } from '../../image-processor.js';

/** A classifier of transformers. */
export interface TransformersClass {
  readonly name: string;
  /** `model_type` of its configuration. */
  readonly type: string;
  /** Of its backbone's tensors. */
  readonly prefix: string;
  readonly sees?: 'token-and-average';
  /** How many classifiers it averages. Default: 1. */
  readonly heads?: number;
}

/** By the `model_type` of the backbone; transformers.js takes each of these types, too. */
const classes: readonly (TransformersClass & { readonly of: string })[] = [
  { of: 'resnet', type: 'resnet', name: 'ResNetForImageClassification', prefix: 'resnet' },
  { of: 'convnext', type: 'convnext', name: 'ConvNextForImageClassification', prefix: 'convnext' },
  { of: 'convnextv2', type: 'convnextv2', name: 'ConvNextV2ForImageClassification', prefix: 'convnextv2' },
  { of: 'vit', type: 'vit', name: 'ViTForImageClassification', prefix: 'vit' },
  { of: 'vit_mae', type: 'vit', name: 'ViTForImageClassification', prefix: 'vit' },
  { of: 'vit_msn', type: 'vit_msn', name: 'ViTMSNForImageClassification', prefix: 'vit' },
  { of: 'ijepa', type: 'ijepa', name: 'IJepaForImageClassification', prefix: 'ijepa' },
  { of: 'deit', type: 'deit', name: 'DeiTForImageClassificationWithTeacher', prefix: 'deit', heads: 2 },
  { of: 'deit', type: 'deit', name: 'DeiTForImageClassification', prefix: 'deit' },
  {
    of: 'mobilenet_v2',
    type: 'mobilenet_v2',
    name: 'MobileNetV2ForImageClassification',
    prefix: 'mobilenet_v2',
  },
  {
    of: 'efficientnet',
    type: 'efficientnet',
    name: 'EfficientNetForImageClassification',
    prefix: 'efficientnet',
  },
  {
    of: 'dinov2',
    type: 'dinov2',
    name: 'Dinov2ForImageClassification',
    prefix: 'dinov2',
    sees: 'token-and-average',
  },
  {
    of: 'dinov2_with_registers',
    type: 'dinov2_with_registers',
    name: 'Dinov2WithRegistersForImageClassification',
    prefix: 'dinov2_with_registers',
    sees: 'token-and-average',
  },
];

/** The class for a backbone of this `model_type` with so many classifiers. */
export function classOf(modelType: string, count: number): TransformersClass | undefined {
  return classes.find(({ of, heads = 1 }) => of === modelType && heads === count);
}

/** What a `config.json` of transformers says besides the classes. */
export function transformersFields(
  fields: Fields,
  { name, sees }: TransformersClass,
  { imageSize }: Preprocessing,
): Fields {
  return {
    ...fields,
    architectures: [name],
    dtype: 'float32',
    image_size: imageSize,
    ...(sees === 'token-and-average' && { use_mask_token: true }),
  };
}

/** What DINOv2 puts in the place of masked patches. Its classifiers have it, mask nothing, and complain where it is missing. */
export function maskToken(
  { prefix, sees }: TransformersClass,
  { hidden_size: width }: Fields,
): ReadonlyMap<string, Tensor<'float32'>> {
  if (sees !== 'token-and-average' || typeof width !== 'number') return new Map();
  return new Map([[`${prefix}.embeddings.mask_token`, float32([1, width], new Float32Array(width))]]);
}

/**
 * The `processor_config.json` that Python's transformers (from version 5 on) takes before `preprocessor_config.json`, and
 * that transformers.js does not read for classifiers: pictures of the network's own size.
 */
export function processorConfigOf(preprocessing: Preprocessing) {
  const described = imageProcessor(preprocessing, { type: 'CLIPImageProcessor', resample: 2 });
  return { image_processor: { ...described, do_convert_rgb: true } };
}
