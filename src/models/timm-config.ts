import { z } from 'zod';
import { AdarandError } from '../errors.js';
import type { Preprocessing } from '../nn/network.js';
import type { ModelConfig } from './config.js';
import { parseJson } from './parse-json.js';
import { preprocessingSchema, SQUEEZED } from './preprocessing-schema.js';

const side = z.number().int().min(1).max(4096);
const three = z.tuple([z.number(), z.number(), z.number()]);

/** The part of the config.json of timm's models on the hub that matters here. */
const timmSchema = z.object({
  architecture: z.string(),
  num_classes: z.number().int().min(0).optional(),
  global_pool: z.string().nullish(),
  label_names: z.array(z.string()).optional(),
  model_args: z.record(z.string(), z.unknown()).optional(),
  pretrained_cfg: z.object({
    input_size: z.tuple([z.literal(3), side, side]),
    mean: three,
    std: three,
    crop_pct: z.number().positive().max(1).nullish(),
    crop_mode: z.string().nullish(),
    label_names: z.array(z.string()).optional(),
  }),
});

/** Names of families that begin as transformers' do. */
const timmTypes = ['resnet', 'vit', 'deit', 'mobilenetv2', 'mobilenetv3', 'efficientnet', 'convnext'];

/** Undefined for a file of another library. @throws AdarandError `model.config`. */
export function parseTimmConfig(json: string, file: string): ModelConfig | undefined {
  if (!isTimm(json)) return undefined;
  const { architecture, global_pool, label_names, model_args, pretrained_cfg } = parseJson(
    timmSchema,
    json,
    file,
  );
  const args = { ...(global_pool == null ? {} : { global_pool }), ...model_args };
  return {
    modelType: timmTypes.find((type) => architecture.startsWith(type)) ?? architecture,
    classes: label_names ?? pretrained_cfg.label_names,
    architecture: { library: 'timm', architecture, args },
    preprocessing: preprocessingOf(pretrained_cfg, file),
    ...(pretrained_cfg.crop_mode === 'squash' && { notes: [SQUEEZED] }),
  };
}

function isTimm(json: string): boolean {
  try {
    return z.object({ architecture: z.string(), pretrained_cfg: z.unknown() }).safeParse(JSON.parse(json))
      .success;
  } catch {
    // Whoever reads it next says what is wrong with it.
    return false;
  }
}

/** As timm's `create_transform` resizes and crops for evaluation. */
function preprocessingOf(
  { input_size: [, height, width], mean, std, crop_pct }: z.infer<typeof timmSchema>['pretrained_cfg'],
  file: string,
): Preprocessing {
  if (height !== width)
    throw new AdarandError(
      'model.config',
      `${file} asks for images of ${height}x${width}`,
      'Only square inputs are supported.',
    );
  const resizeSize = Math.floor(height / (crop_pct ?? 0.875));
  const result = preprocessingSchema.safeParse({ imageSize: height, resizeSize, mean, std });
  if (result.success) return result.data;
  throw new AdarandError(
    'model.config',
    `${file} normalises by ${mean} and ${std}, which makes images of no usual scale, or asks for images of ${height} pixels, cut from ${resizeSize}`,
    'Check mean, std, input_size and crop_pct of its pretrained_cfg.',
    result.error,
  );
}
