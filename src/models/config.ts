import { z } from 'zod';
import { AdarandError, at } from '../errors.js';
import type { ArchitectureConfig } from '../nn/config.js';
import type { Head, Network, Preprocessing } from '../nn/network.js';
import { isHalvedInGraph } from './export/halving.js';
import type { LibraryModel } from './export/library/library-model.js';
import { imageProcessor } from './image-processor.js';
import { parseOpenClipConfig } from './open-clip-config.js';
import { originSchema } from './origin-schema.js';
import { parseJson } from './parse-json.js';
import { IN_PROPORTION, preprocessingSchema } from './preprocessing-schema.js';
import { extraFields, normalisingOf, refuseExtras, sidesOf } from './processor-extras.js';
import { parseTimmConfig } from './timm-config.js';

/** The part of transformers' config.json that matters here; what describes its architecture is read where it is used. */
const configSchema = z.looseObject({
  model_type: z.string(),
  /** transformers writes null where it has no names. */
  id2label: z.record(z.string(), z.string()).nullish(),
  /** Ours. */
  adarand: z
    .object({
      /** What the network really is, where `model_type` had to be a name that transformers.js knows. */
      architecture: z.string(),
      /** Of an export that has tensors: what they are opened by, and the images that they are for. */
      origin: originSchema.nullable().optional(),
      preprocessing: preprocessingSchema.optional(),
    })
    .optional(),
});

const side = z.number().int().min(1).max(8192);
const sides = z.union([
  side.transform((size) => ({ height: size, width: size })),
  z.object({ height: side, width: side }),
]);
const threeNumbers = z.tuple([z.number(), z.number(), z.number()]);
const spread = z.number().positive();

/** The part of transformers' preprocessor_config.json that matters here, with transformers' own defaults. */
const sizedSchema = z.object({
  size: z.union([z.object({ shortest_edge: side }), sides]),
  crop_size: sides.optional(),
  do_center_crop: z.boolean().optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: threeNumbers.default([0.5, 0.5, 0.5]),
  image_std: z.tuple([spread, spread, spread]).default([0.5, 0.5, 0.5]),
  ...extraFields,
});

/** SigLIP 2 says how many patches an image may have: of a square one, as many as fit. */
const patchesSchema = z.looseObject({
  size: z.null().optional(),
  patch_size: side,
  max_num_patches: z.number().int().min(1).max(65_536),
});

const preprocessorSchema = z.preprocess((json) => {
  const patches = patchesSchema.safeParse(json);
  if (!patches.success) return json;
  const { patch_size, max_num_patches } = patches.data;
  return { ...patches.data, size: patch_size * Math.floor(Math.sqrt(max_num_patches)) };
}, sizedSchema);

export interface ModelConfig {
  readonly modelType: string;
  /** In the order of the logits; undefined where the file names none. */
  readonly classes: readonly string[] | undefined;
  /** Undefined for exported tensors that had no configuration. */
  readonly architecture: ArchitectureConfig | undefined;
  /** Where the file says it, as timm's does. */
  readonly preprocessing: Preprocessing | undefined;
  /** Of our exports: those of the tensors, where the ONNX file takes others. */
  readonly ofTensors?: Preprocessing;
  /** Whether the tensors beside it are opened only where there is no ONNX file. */
  readonly prefersOnnx?: boolean;
  /** What it asks for and does not get: sentences for the user. */
  readonly notes?: readonly string[];
}

/**
 * The config.json of transformers, of timm or of this project's exports, or OpenCLIP's open_clip_config.json. `file` is for
 * messages.
 *
 * @throws AdarandError `model.config`.
 */
export function parseConfig(json: string, file: string): ModelConfig {
  return (
    parseOwnConfig(json, file) ??
    parseTimmConfig(json, file) ??
    parseOpenClipConfig(json, file) ??
    parseTransformersConfig(json, file)
  );
}

/** Undefined for a file that is not of an export with tensors. */
function parseOwnConfig(json: string, file: string): ModelConfig | undefined {
  if (!hasOrigin(json)) return undefined;
  const { modelType, classes, architecture, adarand } = parseFields(json, file);
  const { origin = null, preprocessing } = adarand ?? {};
  return {
    modelType,
    classes,
    architecture: origin === null ? architecture : (origin.config ?? undefined),
    preprocessing: undefined,
    ...(preprocessing !== undefined && { ofTensors: preprocessing }),
    prefersOnnx: origin === null,
  };
}

function hasOrigin(json: string): boolean {
  try {
    return z.object({ adarand: z.object({ origin: z.unknown() }) }).safeParse(JSON.parse(json)).success;
  } catch {
    // Whoever reads it next says what is wrong with it.
    return false;
  }
}

function parseTransformersConfig(json: string, file: string): ModelConfig {
  const { adarand: _, ...config } = parseFields(json, file);
  const flexible = /^siglip2(_|$)/.test(config.architecture.modelType);
  return { ...config, preprocessing: undefined, ...(flexible && { notes: [IN_PROPORTION] }) };
}

function parseFields(json: string, file: string) {
  const fields = parseJson(configSchema, json, file);
  const { model_type, id2label, adarand } = fields;
  const labels = id2label ?? {};
  const count = Object.keys(labels).length;
  const names = Array.from({ length: count }, (_, i) => labels[i]).filter((label) => label !== undefined);
  if (names.length < count)
    throw new AdarandError(
      'model.config',
      `${file} numbers ${count} classes ${Object.keys(labels).slice(0, 5).join(', ')}${count > 5 ? ' ...' : ''}, and not from 0 to ${count - 1}`,
      'Correct id2label, or remove it: the names of the old classes are not needed.',
    );
  return {
    modelType: adarand?.architecture ?? model_type,
    classes: count > 0 ? names : undefined,
    architecture: { library: 'transformers', modelType: model_type, fields, ...floatsOf(json) } as const,
    adarand,
  };
}

/** Fields with numbers like 1.0, which are 1 once they are parsed. */
function floatsOf(json: string): { readonly floats?: readonly string[] } {
  const found = json.matchAll(/"([a-z_]+)"\s*:\s*-?\d+[.]0+\s*[,}]/g);
  const floats = [...new Set(Array.from(found, ([, name = '']) => name))];
  return floats.length === 0 ? {} : { floats };
}

/** `file` is for messages. Throws AdarandError `model.config`. */
export function parsePreprocessorConfig(json: string, file: string): Preprocessing {
  const config = parseJson(preprocessorSchema, json, file);
  refuseExtras(config, file);
  const { size, crop_size, do_center_crop: crops = crop_size !== undefined } = config;
  const crop = crops ? crop_size : undefined;
  const { resized, cut } = sidesOf('height' in size ? size.height : size.shortest_edge, config, file);
  const target = crop ?? size;
  if ('height' in target && target.height !== target.width)
    throw new AdarandError(
      'model.config',
      `${file} asks for images of ${target.height}x${target.width}`,
      'Only square inputs are supported: make height and width equal.',
    );
  // Files may scale pixels by another factor before normalising; ours are always scaled to [0, 1].
  const unit = 255 * (config.do_rescale ? config.rescale_factor : 1);
  const { offset, twice } = normalisingOf(config);
  const [mean, std] = config.do_normalize
    ? [config.image_mean, config.image_std]
    : ([
        [0, 0, 0],
        [1, 1, 1],
      ] as const);
  const again = twice ? config.image_std : ([1, 1, 1] as const);
  const result = preprocessingSchema.safeParse({
    imageSize: crop?.height ?? cut,
    resizeSize: resized,
    mean: mean.map((number) => (number + (config.do_rescale ? offset : 0)) / unit),
    std: again.map((number, i) => (number * at(std, i)) / unit),
  });
  if (result.success) return result.data;
  throw new AdarandError(
    'model.config',
    `${file} normalises by ${mean} and ${std} after a factor of ${unit / 255}, which makes images of no usual scale`,
    'Check rescale_factor, image_mean and image_std.',
    result.error,
  );
}

/**
 * The file for transformers.js. It takes only model types that it knows, but runs just the graph: `resnet` will do. Beside
 * tensors it is also what their library reads.
 */
export function configOf(
  network: Network,
  { classes }: Head,
  notes: Readonly<Record<string, unknown>>,
  library?: Pick<LibraryModel, 'modelType' | 'fields' | 'origin'>,
) {
  const { modelType, name, featureSize, preprocessing } = network;
  const usual = transformersTypes.has(modelType) ? modelType : 'resnet';
  return {
    model_type: library?.modelType ?? usual,
    image_size: fileSizes(preprocessing).imageSize,
    ...library?.fields,
    num_channels: 3,
    num_labels: classes.length,
    id2label: Object.fromEntries(classes.map((label, i) => [i, label])),
    label2id: Object.fromEntries(classes.map((label, i) => [label, i])),
    adarand: {
      ...notes,
      architecture: modelType,
      network: name,
      network_image_size: preprocessing.imageSize,
      feature_size: featureSize,
      ...(library !== undefined && { origin: library.origin, preprocessing }),
    },
    'transformers.js_config': { dtype: 'fp32' },
  };
}

/**
 * The file for what runs the model: for a graph that halves its images, with twice the sizes. Lanczos (1) is the one filter
 * that transformers.js averages with where it shrinks a picture.
 */
export function preprocessorConfigOf(preprocessing: Preprocessing) {
  const ofFile = { ...preprocessing, ...fileSizes(preprocessing) };
  return imageProcessor(ofFile, { type: 'ImageProcessor', resample: 1 });
}

/** The sizes of the images that an exported file takes. */
export function fileSizes({ imageSize, resizeSize }: Preprocessing) {
  const factor = isHalvedInGraph(imageSize) ? 2 : 1;
  return { imageSize: factor * imageSize, resizeSize: factor * resizeSize };
}

/** Image classifiers of transformers.js 4. */
const transformersTypes = new Set([
  'beit',
  'convnext',
  'convnextv2',
  'deit',
  'dinov2',
  'efficientnet',
  'mobilenet_v1',
  'mobilenet_v2',
  'mobilenet_v3',
  'mobilenet_v4',
  'mobilevit',
  'mobilevitv2',
  'resnet',
  'swin',
  'vit',
]);
