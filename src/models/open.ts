import { dirname, extname, join } from 'node:path';
import { AdarandError } from '../errors.js';
import { readSafetensors } from '../files/safetensors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Network, Preprocessing } from '../nn/network.js';
import { checkNumbers } from './check-numbers.js';
import type { ModelConfig } from './config.js';
import { describedFolder, describedOnnx } from './described-folder.js';
import { networkOf } from './detect.js';
import { type HubHost, quietHost } from './hub/host.js';
import { type Located, locateModel } from './locate.js';
import { shardsIn } from './model-files.js';
import { externalDataIn } from './onnx-import/external-data.js';
import { type ImportedFile, type ImportOptions, importFile } from './onnx-import.js';
import { readOnnx, readText } from './read-file.js';
import { resizedTo } from './resized-to.js';
import { checkAgainstFile } from './self-check.js';

export interface OpenModelOptions {
  /** Side of the square input, where it is not to be the model's own. */
  readonly imageSize?: number;
  /** Compares the network made of an ONNX file with the file itself, by ONNX Runtime, on so many threads. */
  readonly selfCheck?: { readonly threads: number | undefined };
  /** Name of the value of an ONNX file that becomes the features. */
  readonly features?: string;
  /** Name of the value of an ONNX file that its pretrained classifier gives. */
  readonly logits?: string;
  /** Hears of what is known of an ONNX file, as far as it gets. */
  readonly watch?: OnnxWatcher;
  /** Hears of the download of a model of the hub. */
  readonly host?: HubHost;
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
 * Opens a pretrained classifier: a folder as transformers.js or timm has it (`config.json`, `preprocessor_config.json`,
 * and `onnx/model.onnx` or `model.safetensors`) or OpenCLIP (`open_clip_config.json`, `open_clip_model.safetensors`), one `.onnx` or `.safetensors` file, a built-in model by its name, or a
 * model of the hub, `org/name`, which is downloaded if it is not in the cache.
 *
 * @throws AdarandError as `locateModel` and `openLocated` do.
 */
export async function openModel(
  reference: string,
  { host = quietHost, ...options }: OpenModelOptions = {},
): Promise<Network> {
  return openLocated(await locateModel(reference, host), options);
}

/**
 * Opens a model that has been located.
 *
 * @throws AdarandError `model.not-found`, `model.read`, `model.config`, `model.file-type`; as `importOnnx`,
 * `checkAgainstFile`, `networkOf` and `readSafetensors` do.
 */
export async function openLocated({ path, kind, name }: Located, options: Opening = {}): Promise<Network> {
  if (kind === 'folder') return openFolder(path, name, options);
  switch (extname(path).toLowerCase()) {
    case '.onnx':
      return openOnnx(path, await describedOnnx(path, name), options);
    case '.safetensors':
      return openTensors(path, [path], undefined, undefined, options);
    default:
      throw new AdarandError(
        'model.file-type',
        `${path} is neither an .onnx nor a .safetensors file`,
        'Give a model folder, or a file of one of these kinds.',
      );
  }
}

type Opening = Omit<OpenModelOptions, 'host'>;

async function openFolder(folder: string, name: string, options: Opening): Promise<Network> {
  const { config, weights, preprocessing, onnx } = await describedFolder(folder, name);
  if (weights.kind === 'onnx') return openOnnx(join(folder, weights.model), onnx, options);
  const main = join(folder, weights.kind === 'tensors' ? weights.model : weights.index);
  const files =
    weights.kind === 'tensors'
      ? [main]
      : shardsIn(await readText(main), main).map((each) => join(folder, each));
  return openTensors(main, files, config, preprocessing, options);
}

async function openOnnx(file: string, described: ImportOptions, options: Opening): Promise<Network> {
  const bytes = await readOnnx(file);
  const external = externalDataIn(dirname(file));
  const { imageSize, selfCheck, features, logits, watch } = options;
  const asked = {
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(features === undefined ? {} : { features }),
    ...(logits === undefined ? {} : { logits }),
  };
  const known = { ...described, ...asked, external };
  watch?.read({ bytes, options: known });
  const imported = importFile(bytes, known);
  watch?.imported(imported);
  // A graph that halves its images is one of our own exports.
  if (selfCheck !== undefined && !imported.halved) {
    await checkAgainstFile(imported, { bytes, external }, selfCheck.threads);
    if (!imported.classifier.training) watch?.compared();
  }
  const { network } = imported;
  const more = [
    ...otherLabels(network, described.classes),
    ...(described.preprocessing === undefined ? [usualPreprocessing(network)] : []),
  ];
  return more.length === 0 ? network : { ...network, notes: [...(network.notes ?? []), ...more] };
}

/** `main` is the file that messages name; the tensors are in `files`. */
async function openTensors(
  main: string,
  files: readonly string[],
  config: ModelConfig | undefined,
  preprocessing: Preprocessing | undefined,
  { imageSize, features, logits }: Opening,
): Promise<Network> {
  for (const [option, name] of Object.entries({ features, logits }))
    if (name !== undefined)
      throw new AdarandError(
        'model.no-such-value',
        `${main} has tensors, and no value "${name}"`,
        `Leave \`${option}\` (--${option}) out: it is for ONNX files.`,
      );
  const tensors = new Map<string, Tensor>();
  for (const file of files) {
    for (const [name, tensor] of (await readSafetensors(file)).tensors) {
      if (tensors.has(name))
        throw new AdarandError(
          'model.damaged',
          `${main} has the tensor ${name} twice, the second time in ${file}`,
          'Download or export the model again.',
        );
      tensors.set(name, tensor);
    }
  }
  const network = networkOf(tensors, main, {
    classes: config?.classes,
    config: config?.architecture,
    imageSize: imageSize ?? preprocessing?.imageSize,
  });
  const variances = [...network.buffers.keys()].filter((name) => name.endsWith('running_var'));
  checkNumbers(network, new Set(variances), main);
  const chosen = preprocessing ?? network.preprocessing;
  const notes = [
    ...(network.notes ?? []),
    ...(config?.notes ?? []),
    ...otherLabels(network, config?.classes),
    ...(preprocessing === undefined ? [usualPreprocessing(network)] : []),
  ];
  return {
    ...network,
    notes,
    preprocessing: imageSize === undefined ? chosen : resizedTo(chosen, imageSize),
  };
}

/** A configuration that names other classes than the classifier has. */
function otherLabels({ pretrainedHead }: Network, names: readonly string[] | undefined): string[] {
  const count = pretrainedHead?.classes.length;
  return names === undefined || count === undefined || names.length === count
    ? []
    : [
        `its configuration names ${names.length} classes and its classifier has ${count}: the names are not used`,
      ];
}

function usualPreprocessing({ preprocessing: { imageSize, mean, std } }: Network): string {
  const three = (numbers: readonly number[]) => numbers.join(', ');
  return `no file says how its images were prepared: taken as usual, ${imageSize} pixels, mean ${three(mean)}, standard deviation ${three(std)}`;
}
