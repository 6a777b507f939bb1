import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Preprocessing } from '../nn/network.js';
import { type ModelConfig, parseConfig, parsePreprocessorConfig } from './config.js';
import { kindOf } from './locate.js';
import { configIn, PREPROCESSOR, type WeightFiles, weightsIn } from './model-files.js';
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
  const { modelType, classes } = config;
  const onnx = {
    name,
    modelType,
    ...(preprocessing === undefined ? {} : { preprocessing }),
    ...(classes === undefined ? {} : { classes }),
  };
  return { config, weights, preprocessing, onnx };
}

/** The files of a model folder, with `/`. */
async function pathsIn(folder: string): Promise<ReadonlySet<string>> {
  const namesIn = async (path: string) => ((await kindOf(path)) === 'folder' ? readdir(path) : []);
  const below = (await namesIn(join(folder, 'onnx'))).map((name) => `onnx/${name}`);
  return new Set([...(await namesIn(folder)), ...below]);
}
