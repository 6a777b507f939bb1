import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Preprocessing } from '../nn/network.js';
import { type ModelConfig, parseConfig, parsePreprocessorConfig } from './config.js';
import { kindOf } from './locate.js';
import { CONFIG, configIn, PREPROCESSOR, type WeightFiles, weightsIn } from './model-files.js';
import type { ImportOptions } from './onnx-import.js';
import { readText } from './read-file.js';

/** What the files of a model folder say of it, without its weights. */
export interface DescribedFolder {
  readonly config: ModelConfig;
  readonly weights: WeightFiles;
  readonly preprocessing: Preprocessing | undefined;
  /** How its ONNX file is imported, where it is that which is opened. */
  readonly onnx: Omit<ImportOptions, 'external'>;
}

/** @throws AdarandError `model.read`, `model.not-found`, `model.config`, `model.pickle`. */
export async function describedFolder(folder: string, name: string): Promise<DescribedFolder> {
  const paths = await pathsIn(folder);
  const configFile = join(folder, configIn(paths));
  const config = parseConfig(await readText(configFile), configFile);
  const preprocessorFile = join(folder, PREPROCESSOR);
  const weights = weightsIn(paths, config, { name: folder, hub: false });
  const preprocessing =
    (weights.kind === 'onnx' ? undefined : config.ofTensors) ??
    config.preprocessing ??
    // Tensors have the usual preprocessing of their family.
    (weights.kind !== 'onnx' && !paths.has(PREPROCESSOR)
      ? undefined
      : parsePreprocessorConfig(await readText(preprocessorFile), preprocessorFile));
  return { config, weights, preprocessing, onnx: importOf(config, preprocessing, name) };
}

/**
 * What the files of its folder say of an `.onnx` file: those beside it, or, of a file in `onnx/`, those of the folder above.
 * They are read where there is a preprocessor_config.json.
 *
 * @throws AdarandError `model.read`, `model.config`.
 */
export async function describedOnnx(file: string, name: string): Promise<Omit<ImportOptions, 'external'>> {
  const beside = dirname(resolve(file));
  const folders = basename(beside) === 'onnx' ? [beside, dirname(beside)] : [beside];
  for (const folder of folders) {
    const preprocessorFile = join(folder, PREPROCESSOR);
    if ((await kindOf(preprocessorFile)) !== 'file') continue;
    const ofFile = parsePreprocessorConfig(await readText(preprocessorFile), preprocessorFile);
    const configFile = join(folder, CONFIG);
    if ((await kindOf(configFile)) !== 'file') return { name, preprocessing: ofFile };
    const config = parseConfig(await readText(configFile), configFile);
    return importOf(config, config.preprocessing ?? ofFile, name);
  }
  return { name };
}

function importOf(
  { modelType, classes }: ModelConfig,
  preprocessing: Preprocessing | undefined,
  name: string,
): Omit<ImportOptions, 'external'> {
  return {
    name,
    modelType,
    ...(preprocessing === undefined ? {} : { preprocessing }),
    ...(classes === undefined ? {} : { classes }),
  };
}

/** The files of a model folder, with `/`. */
async function pathsIn(folder: string): Promise<ReadonlySet<string>> {
  const namesIn = async (path: string) => ((await kindOf(path)) === 'folder' ? readdir(path) : []);
  const below = (await namesIn(join(folder, 'onnx'))).map((name) => `onnx/${name}`);
  return new Set([...(await namesIn(folder)), ...below]);
}
