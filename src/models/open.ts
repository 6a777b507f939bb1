import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { AdarandError } from '../errors.js';
import { systemCode } from '../files/atomic.js';
import { readSafetensors } from '../files/safetensors.js';
import type { Network, Preprocessing } from '../nn/network.js';
import { resolveModel } from './builtin.js';
import { checkNumbers } from './check-numbers.js';
import { type ModelConfig, parseConfig, parsePreprocessorConfig } from './config.js';
import { networkOf } from './detect.js';
import { externalDataIn } from './onnx-import/external-data.js';
import { type ImportedFile, type ImportOptions, importFile } from './onnx-import.js';
import { preprocessingSchema } from './preprocessing-schema.js';
import { checkAgainstFile } from './self-check.js';

export interface OpenModelOptions {
  /** Side of the square input, where it is not to be the model's own. */
  readonly imageSize?: number;
  /** Name of the value of an ONNX file that becomes the features. */
  readonly features?: string;
  /** Compares the network made of an ONNX file with the file itself, by ONNX Runtime, on so many threads. */
  readonly selfCheck?: { readonly threads: number | undefined };
}

/**
 * Opens a pretrained classifier: a folder as transformers.js has it (`config.json`, `preprocessor_config.json`, and
 * `onnx/model.onnx` or `model.safetensors`), one `.onnx` or `.safetensors` file, or a built-in model by its name.
 *
 * @throws AdarandError `model.not-found`, `model.read`, `model.config`, `model.file-type`; as `importOnnx`,
 * `checkAgainstFile`, `networkOf` and `readSafetensors` do.
 */
export async function openModel(given: string, options: OpenModelOptions = {}): Promise<Network> {
  const found = await locateModel(given);
  if (found.kind === 'onnx') return openOnnx(await readOnnx(found, options.features), options);
  const { file, config, preprocessing } = found;
  if (options.features !== undefined)
    throw new AdarandError(
      'model.no-such-value',
      `${file} has tensors, and no value "${options.features}"`,
      'Leave `features` (--features) out: it is for ONNX files.',
    );
  return openTensors(file, config, preprocessing, options);
}

/** Where a model is, and what its folder says of it. */
export type ModelLocation = OnnxLocation | TensorsLocation;

export interface OnnxLocation {
  readonly kind: 'onnx';
  readonly file: string;
  readonly described: ImportOptions;
}

interface TensorsLocation {
  readonly kind: 'tensors';
  readonly file: string;
  readonly config?: ModelConfig;
  readonly preprocessing?: Preprocessing;
}

/** As `openModel`, of which it is the first half. */
export async function locateModel(given: string): Promise<ModelLocation> {
  const reference = resolveModel(given);
  const kind = await kindOf(reference);
  if (kind === 'folder') return locateInFolder(reference);
  switch (extname(reference).toLowerCase()) {
    case '.onnx':
      return { kind: 'onnx', file: reference, described: { name: basename(reference) } };
    case '.safetensors':
      return { kind: 'tensors', file: reference };
    default:
      throw new AdarandError(
        'model.file-type',
        `${reference} is neither an .onnx nor a .safetensors file`,
        'Give a model folder, or a file of one of these kinds.',
      );
  }
}

async function locateInFolder(folder: string): Promise<ModelLocation> {
  const configFile = join(folder, 'config.json');
  const config = parseConfig(await readText(configFile), configFile);
  const preprocessorFile = join(folder, 'preprocessor_config.json');
  const preprocessing = parsePreprocessorConfig(await readText(preprocessorFile), preprocessorFile);
  const onnx = join(folder, 'onnx', 'model.onnx');
  const tensors = join(folder, 'model.safetensors');
  const hasOnnx = (await kindOf(onnx, 'absent')) === 'file';
  const hasTensors = (await kindOf(tensors, 'absent')) === 'file';
  // Tensors of a CIFAR ResNet have torch's names; other folders' are transformers' own, which only their ONNX file explains.
  if (hasTensors && (config.modelType === 'cifar_resnet' || !hasOnnx))
    return { kind: 'tensors', file: tensors, config, preprocessing };
  if (!hasOnnx)
    throw new AdarandError(
      'model.not-found',
      `${folder} has neither onnx/model.onnx nor model.safetensors`,
      'Put the weights there: a model folder is laid out as transformers.js expects it.',
    );
  const { modelType, classes } = config;
  const name = basename(resolve(folder));
  const described = { name, modelType, preprocessing, ...(classes === undefined ? {} : { classes }) };
  return { kind: 'onnx', file: onnx, described };
}

/** An ONNX file, whole, and how to import it. */
export interface OnnxSource {
  readonly bytes: Uint8Array;
  readonly options: ImportOptions;
}

/** `features`: see `ImportOptions`. */
export async function readOnnx(
  { file, described }: OnnxLocation,
  features: string | undefined,
): Promise<OnnxSource> {
  const named = features === undefined ? {} : { features };
  return {
    bytes: await read(file),
    options: { ...described, ...named, external: externalDataIn(dirname(file)) },
  };
}

async function openOnnx({ bytes, options: known }: OnnxSource, options: OpenModelOptions): Promise<Network> {
  const { imageSize, selfCheck } = options;
  const imported = importAtSize({ bytes, options: known }, imageSize);
  if (selfCheck !== undefined)
    await checkAgainstFile(imported, { bytes, external: known.external }, selfCheck.threads);
  return imported.network;
}

/** As `importFile` does, for images of another size than the file's where one is given. */
export function importAtSize({ bytes, options }: OnnxSource, imageSize: number | undefined): ImportedFile {
  const own = importFile(bytes, options);
  if (imageSize === undefined) return own;
  // Built again, so that a size which the graph cannot take is refused here.
  return importFile(bytes, { ...options, preprocessing: resizedTo(own.network.preprocessing, imageSize) });
}

async function openTensors(
  file: string,
  config: ModelConfig | undefined,
  preprocessing: Preprocessing | undefined,
  { imageSize }: OpenModelOptions,
): Promise<Network> {
  const { tensors } = await readSafetensors(file);
  const network = networkOf(tensors, file, config?.classes);
  const variances = [...network.buffers.keys()].filter((name) => name.endsWith('running_var'));
  checkNumbers(network, new Set(variances), file);
  const own = preprocessing ?? network.preprocessing;
  return { ...network, preprocessing: imageSize === undefined ? own : resizedTo(own, imageSize) };
}

/** Another input size, with the same share of the resized image inside the crop. */
export function resizedTo(preprocessing: Preprocessing, imageSize: number): Preprocessing {
  if (!Number.isInteger(imageSize) || imageSize < 1)
    throw new AdarandError('model.image-size', `An image size is a positive whole number, not ${imageSize}`);
  const ratio = preprocessing.resizeSize / preprocessing.imageSize;
  const resized = { ...preprocessing, imageSize, resizeSize: Math.round(imageSize * ratio) };
  if (preprocessingSchema.safeParse(resized).success) return resized;
  throw new AdarandError(
    'model.image-size',
    `For an input of ${imageSize} pixels, images would be resized to ${resized.resizeSize}`,
    "Choose a smaller image size, or check the sizes in the model's preprocessor_config.json.",
  );
}

async function kindOf(
  path: string,
  missing: 'error' | 'absent' = 'error',
): Promise<'file' | 'folder' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (missing === 'absent') return 'absent';
    throw readError(path, error);
  }
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await read(path));
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw readError(path, error);
  }
}

function readError(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AdarandError(
      'model.not-found',
      `There is no ${path}`,
      'A model is a folder with config.json, preprocessor_config.json and onnx/model.onnx, or one .onnx or .safetensors file.',
      error,
    );
  return code === undefined
    ? error
    : new AdarandError('model.read', `Cannot read ${path}: ${code}`, undefined, error);
}
