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
  /** Compares the network made of an ONNX file with the file itself, by ONNX Runtime, on so many threads. */
  readonly selfCheck?: { readonly threads: number | undefined };
  /** Name of the value of an ONNX file that becomes the features. */
  readonly features?: string;
  /** Hears of what is known of an ONNX file, as far as it gets. */
  readonly watch?: OnnxWatcher;
}

/** An ONNX file, whole, and how it is imported. */
export interface OnnxSource {
  readonly bytes: Uint8Array;
  readonly options: ImportOptions;
}

export interface OnnxWatcher {
  read(source: OnnxSource): void;
  imported(file: ImportedFile): void;
  /** The file gives what the network made of it gives. */
  compared(): void;
}

/**
 * Opens a pretrained classifier: a folder as transformers.js has it (`config.json`, `preprocessor_config.json`, and
 * `onnx/model.onnx` or `model.safetensors`), one `.onnx` or `.safetensors` file, or a built-in model by its name.
 *
 * @throws AdarandError `model.not-found`, `model.read`, `model.config`, `model.file-type`; as `importOnnx`,
 * `checkAgainstFile`, `networkOf` and `readSafetensors` do.
 */
export async function openModel(given: string, options: OpenModelOptions = {}): Promise<Network> {
  const reference = resolveModel(given);
  const kind = await kindOf(reference);
  if (kind === 'folder') return openFolder(reference, options);
  switch (extname(reference).toLowerCase()) {
    case '.onnx':
      return openOnnx(reference, { name: basename(reference) }, options);
    case '.safetensors':
      return openTensors(reference, undefined, undefined, options);
    default:
      throw new AdarandError(
        'model.file-type',
        `${reference} is neither an .onnx nor a .safetensors file`,
        'Give a model folder, or a file of one of these kinds.',
      );
  }
}

async function openFolder(folder: string, options: OpenModelOptions): Promise<Network> {
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
    return openTensors(tensors, config, preprocessing, options);
  if (!hasOnnx)
    throw new AdarandError(
      'model.not-found',
      `${folder} has neither onnx/model.onnx nor model.safetensors`,
      'Put the weights there: a model folder is laid out as transformers.js expects it.',
    );
  const { modelType, classes } = config;
  const name = basename(resolve(folder));
  return openOnnx(
    onnx,
    { name, modelType, preprocessing, ...(classes === undefined ? {} : { classes }) },
    options,
  );
}

async function openOnnx(file: string, described: ImportOptions, options: OpenModelOptions): Promise<Network> {
  const bytes = await read(file);
  const { imageSize, selfCheck, features, watch } = options;
  const named = features === undefined ? {} : { features };
  const known = { ...described, ...named, external: externalDataIn(dirname(file)) };
  watch?.read({ bytes, options: known });
  const own = importFile(bytes, known);
  // Built again, so that a size which the graph cannot take is refused here.
  const imported =
    imageSize === undefined
      ? own
      : importFile(bytes, { ...known, preprocessing: resizedTo(own.network.preprocessing, imageSize) });
  watch?.imported(imported);
  if (selfCheck !== undefined) {
    await checkAgainstFile(imported, { bytes, external: known.external }, selfCheck.threads);
    if (!imported.classifier.training) watch?.compared();
  }
  return imported.network;
}

async function openTensors(
  file: string,
  config: ModelConfig | undefined,
  preprocessing: Preprocessing | undefined,
  { imageSize, features }: OpenModelOptions,
): Promise<Network> {
  if (features !== undefined)
    throw new AdarandError(
      'model.no-such-value',
      `${file} has tensors, and no value "${features}"`,
      'Leave `features` (--features) out: it is for ONNX files.',
    );
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
