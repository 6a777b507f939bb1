import { join } from 'node:path';
import { AdarandError } from '../errors.js';
import { isCovered } from '../nn/registry.js';
import type { ModelConfig } from './config.js';

/** Where the weights of a model are, by paths in its folder or repository. */
export type WeightFiles =
  | { readonly kind: 'onnx'; readonly model: string; readonly external: readonly string[] }
  | { readonly kind: 'tensors'; readonly model: string }
  /** A list of the files that the tensors are spread over. */
  | { readonly kind: 'shards'; readonly index: string };

export const CONFIG = 'config.json';
export const PREPROCESSOR = 'preprocessor_config.json';

/** What OpenCLIP has in the place of `config.json`. */
const OPEN_CLIP_CONFIG = 'open_clip_config.json';

const ONNX = 'onnx/model.onnx';
const TENSORS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

const openClipTensors = ['open_clip_model.safetensors', 'open_clip_pytorch_model.safetensors'];

/** The file that describes a model: OpenCLIP's, where there is no other, or none but its own weights. */
export function configIn(paths: ReadonlySet<string>): string {
  return isOpenClip(paths) ? OPEN_CLIP_CONFIG : CONFIG;
}

function isOpenClip(paths: ReadonlySet<string>): boolean {
  if (!paths.has(OPEN_CLIP_CONFIG)) return false;
  const others = [TENSORS, INDEX, ONNX].some((path) => paths.has(path));
  return !paths.has(CONFIG) || (!others && openClipTensors.some((path) => paths.has(path)));
}

/** A folder, or a repository of the hub. */
export interface Place {
  readonly name: string;
  readonly hub: boolean;
}

/**
 * Which of a model's weights are opened, where there are several kinds: the tensors, if their architecture is known
 * here, or nothing is known of it; else the ONNX file, which explains itself. So, too, in an exported folder, unless its
 * tensors are said to be another network.
 *
 * @throws AdarandError `model.not-found`, `model.pickle`. `place` is for messages.
 */
export function weightsIn(
  paths: ReadonlySet<string>,
  config: Pick<ModelConfig, 'architecture' | 'prefersOnnx'> | undefined,
  place: Place,
): WeightFiles {
  const names = isOpenClip(paths) ? [...openClipTensors, TENSORS] : [TENSORS];
  const model = names.find((name) => paths.has(name));
  const tensors: WeightFiles | undefined =
    model !== undefined
      ? { kind: 'tensors', model }
      : paths.has(INDEX)
        ? { kind: 'shards', index: INDEX }
        : undefined;
  const external = [...paths].filter((path) => /^onnx\/model\.onnx[._]data(?:_\d+)?$/.test(path)).sort();
  const onnx: WeightFiles | undefined = paths.has(ONNX) ? { kind: 'onnx', model: ONNX, external } : undefined;
  const architecture = config?.architecture;
  const known = architecture === undefined || isCovered(architecture);
  const chosen = known && config?.prefersOnnx !== true ? (tensors ?? onnx) : (onnx ?? tensors);
  if (chosen !== undefined) return chosen;
  throw withoutWeights(paths, place);
}

function withoutWeights(paths: ReadonlySet<string>, place: Place): AdarandError {
  const pickles = [/^(pytorch_model|model)\.(bin|pth?)$/, /^open_clip_pytorch_model\.(bin|pth?)$/];
  const pickle = pickles.flatMap((pattern) => [...paths].filter((path) => pattern.test(path)))[0];
  const others = [...paths].filter((path) => /\.(onnx|safetensors|bin|pth?|h5|msgpack)$/.test(path));
  if (pickle !== undefined)
    return new AdarandError(
      'model.pickle',
      `${place.name} has its weights as ${pickle}, a file that may run programs when it is opened`,
      `Convert it, and give the new file: ${conversion(place, pickle)}`,
    );
  const found = others.length === 0 ? '' : `: it has ${others.slice(0, 5).join(', ')}`;
  return new AdarandError(
    'model.not-found',
    `${place.name} has neither ${ONNX} nor ${TENSORS}${found}`,
    'Put the weights there: a model folder is laid out as transformers.js expects it.',
  );
}

/** A command that makes `model.safetensors` of a pickled state dictionary, on disk or on the hub. */
function conversion({ name, hub }: Place, file: string): string {
  const path = hub
    ? `huggingface_hub.hf_hub_download('${name}', '${file}')`
    : `'${join(name, file).replaceAll('\\', '/')}'`;
  return (
    `python -c "import torch, safetensors.torch${hub ? ', huggingface_hub' : ''}; ` +
    `t = torch.load(${path}, map_location='cpu', weights_only=True); ` +
    `safetensors.torch.save_file({k: v.clone().contiguous() for k, v in t.items()}, '${TENSORS}')"`
  );
}

/** The files that tensors are spread over, of the index that transformers writes beside them. */
export function shardsIn(json: string, file: string): readonly string[] {
  const damaged = (what: string) =>
    new AdarandError('model.damaged', `${file} ${what}`, 'Download or export the model again.');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw damaged('is not JSON');
  }
  const map =
    typeof value === 'object' && value !== null && 'weight_map' in value ? value.weight_map : undefined;
  if (typeof map !== 'object' || map === null) throw damaged('has no weight_map');
  const names = [...new Set(Object.values(map))].sort();
  const valid = names.filter(
    (name): name is string => typeof name === 'string' && /^[\w-][\w.-]*\.safetensors$/.test(name),
  );
  if (valid.length !== names.length || valid.length === 0)
    throw damaged('names files of tensors that are not .safetensors files beside it');
  return valid;
}
