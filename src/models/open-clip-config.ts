import { z } from 'zod';
import { AdarandError } from '../errors.js';
import type { ArchitectureConfig } from '../nn/config.js';
import type { Preprocessing } from '../nn/network.js';
import type { ModelConfig } from './config.js';
import { parseJson } from './parse-json.js';
import { preprocessingSchema, SQUEEZED } from './preprocessing-schema.js';

const side = z.number().int().min(1).max(4096);
const three = z.tuple([z.number(), z.number(), z.number()]);

/** The part of open_clip_config.json that matters here, with OpenCLIP's own defaults. */
const openClipSchema = z.object({
  model_cfg: z.looseObject({
    vision_cfg: z.looseObject({
      image_size: z.union([side, z.tuple([side, side])]).default(224),
      timm_model_name: z.string().nullish(),
      timm_pool: z.string().default('avg'),
    }),
  }),
  preprocess_cfg: z
    .object({
      mean: three.default([0.48145466, 0.4578275, 0.40821073]),
      std: three.default([0.26862954, 0.26130258, 0.27577711]),
      resize_mode: z.enum(['shortest', 'longest', 'squash']).default('shortest'),
    })
    .prefault({}),
});

/** Undefined for a file of another library. @throws AdarandError `model.config`. */
export function parseOpenClipConfig(json: string, file: string): ModelConfig | undefined {
  if (!isOpenClip(json)) return undefined;
  const { model_cfg, preprocess_cfg } = parseJson(openClipSchema, json, file);
  return {
    modelType: 'clip',
    classes: undefined,
    architecture: architectureOf(model_cfg),
    preprocessing: preprocessingOf(model_cfg.vision_cfg.image_size, preprocess_cfg, file),
    ...(preprocess_cfg.resize_mode === 'squash' && { notes: [SQUEEZED] }),
  };
}

function isOpenClip(json: string): boolean {
  try {
    return z.object({ model_cfg: z.object({ vision_cfg: z.unknown() }) }).safeParse(JSON.parse(json)).success;
  } catch {
    // Whoever reads it next says what is wrong with it.
    return false;
  }
}

/** Towers of timm are named and computed as timm's. */
function architectureOf(fields: z.infer<typeof openClipSchema>['model_cfg']): ArchitectureConfig {
  const { timm_model_name: name, timm_pool } = fields.vision_cfg;
  if (name == null) return { library: 'OpenCLIP', fields };
  return { library: 'timm', architecture: name, args: { global_pool: timm_pool } };
}

function preprocessingOf(
  size: number | readonly [number, number],
  { mean, std, resize_mode }: z.infer<typeof openClipSchema>['preprocess_cfg'],
  file: string,
): Preprocessing {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  if (height !== width)
    throw new AdarandError(
      'model.config',
      `${file} asks for images of ${height}x${width}`,
      'Only square inputs are supported.',
    );
  if (resize_mode === 'longest')
    throw new AdarandError(
      'model.config',
      `${file} resizes the longer side of an image and fills the rest (resize_mode longest)`,
      'Images are cut to a square here. Set resize_mode to shortest if the network may see them so.',
    );
  const result = preprocessingSchema.safeParse({ imageSize: height, resizeSize: height, mean, std });
  if (result.success) return result.data;
  throw new AdarandError(
    'model.config',
    `${file} normalises by ${mean} and ${std}, which makes images of no usual scale`,
    'Check mean and std of its preprocess_cfg.',
    result.error,
  );
}
