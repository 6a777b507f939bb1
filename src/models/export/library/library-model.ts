import type { Tensor } from '../../../graph/tensor.js';
import type { ArchitectureConfig } from '../../../nn/config.js';
import { type Naming, writtenIn } from '../../../nn/naming/naming.js';
import type { TensorOrigin } from '../../../nn/naming/origin.js';
import type { Preprocessing } from '../../../nn/network.js';
import { backboneFamilies } from '../../../nn/registry.js';
import type { ExportedModel } from '../onnx.js';
import { libraryTensors } from './library-tensors.js';
import { timmFields } from './timm-fields.js';
import { timmVitOf } from './timm-vit.js';
import { classOf, maskToken, transformersFields } from './transformers-fields.js';

/** An exported classifier as the library has it whose names its tensors have: `model.safetensors`, and what is said of it. */
export interface LibraryModel {
  readonly library: 'transformers' | 'timm' | 'torchvision' | 'torch';
  /** The class of transformers, or timm's architecture; undefined where a program has to say what the tensors belong to. */
  readonly architecture: string | undefined;
  readonly tensors: () => ReadonlyMap<string, Tensor>;
  /** Of `config.json`, what the library reads. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Which of these are written like 1.0. */
  readonly floats?: readonly string[] | undefined;
  /** Of `config.json`. transformers.js takes a few names only, and transformers builds what it says. */
  readonly modelType: string;
  /** From which the network is opened again; null where that would be another one. */
  readonly origin: TensorOrigin | null;
  readonly preprocessing: Preprocessing;
}

/** Why an exported folder has no `model.safetensors`. */
export interface NoLibraryModel {
  readonly why: string;
}

/** What a run recorded: undefined in a run of an earlier version, null for a network that was an ONNX file. */
export type RecordedOrigin = TensorOrigin | null | undefined;

/** How a classifier is written for the library that its backbone comes from, or why it is not. */
export function libraryModelOf(model: ExportedModel, origin: RecordedOrigin): LibraryModel | NoLibraryModel {
  if (origin === undefined)
    return {
      why: 'an earlier version of adarand began the run, and did not record where its tensors belong',
    };
  if (origin === null)
    return { why: 'the pretrained network was an ONNX file, whose tensors have no library' };
  const naming = namingOf(origin);
  if (naming === undefined)
    return {
      why: `this version of adarand does not know the names of ${origin.library} that the run recorded`,
    };
  if (isImageTower(origin.config)) return ofImageTower(model, origin);
  if (origin.heads.length === 0 || withoutClassifiers.has(naming.library))
    return { why: `${naming.library} has no classifier on what this network puts out` };
  switch (naming.library) {
    case 'transformers':
      return ofTransformers(model, naming, origin);
    case 'timm':
    case 'torchvision and timm':
      return ofTimm(model, naming, origin);
    default:
      return ofTorch(model, naming, origin);
  }
}

/** Their networks are encoders. */
const withoutClassifiers: ReadonlySet<string> = new Set(['OpenCLIP', 'DINOv2']);

function namingOf({ library, marker }: Pick<TensorOrigin, 'library' | 'marker'>): Naming | undefined {
  return backboneFamilies
    .flatMap(({ namings }): readonly Naming[] => namings)
    .find((naming) => naming.library === library && naming.marker === marker);
}

/** Whether it is CLIP's or SigLIP's, for which transformers.js takes no type of transformers'. */
function isImageTower(config: ArchitectureConfig | null): boolean {
  switch (config?.library) {
    case 'transformers':
      return /^(clip|siglip)/.test(config.modelType);
    case 'OpenCLIP':
      return true;
    default:
      return false;
  }
}

/** As timm has these towers with a classifier. */
function ofImageTower(model: ExportedModel, origin: TensorOrigin): LibraryModel | NoLibraryModel {
  const timm = namingOf(TIMM);
  const tower = timmVitOf(model, origin);
  if (timm === undefined || tower === undefined)
    return { why: 'neither transformers nor timm has a classifier on what this network puts out' };
  const written = { ...TIMM, heads: ['head'], config: tower.config };
  const library = ofTimm(tower.model, timm, written);
  return { ...library, origin: tower.sameBackbone ? written : null };
}

const TIMM = { library: 'timm', marker: 'patch_embed.proj.weight' };

/** A type that transformers.js takes, and that Python's transformers refuses instead of building another network. */
const OTHERS = 'mobilenet_v4';

function ofTransformers(
  model: ExportedModel,
  naming: Naming,
  origin: TensorOrigin,
): LibraryModel | NoLibraryModel {
  const { config, heads } = origin;
  if (config?.library !== 'transformers')
    return { why: 'the pretrained network had no config.json of transformers' };
  const found = classOf(config.modelType, heads.length);
  if (found === undefined)
    return {
      why: `transformers, or transformers.js, has no classifier of the type ${config.modelType} on what this network puts out`,
    };
  const { featureSize, preprocessing } = model.network;
  // DINOv2's classifier sees the average of the patches, too: an encoder alone gets zeros for that.
  const written = writtenIn(naming, heads);
  const pads = found.sees === 'token-and-average' && featureSize === config.fields.hidden_size;
  return {
    library: 'transformers',
    architecture: found.name,
    tensors: () => {
      const width = pads ? 2 * featureSize : featureSize;
      const own = libraryTensors(model, { naming: written, prefix: `${found.prefix}.`, heads, width });
      return new Map([...own, ...maskToken(found, config.fields)]);
    },
    fields: transformersFields(config.fields, found, preprocessing),
    floats: config.floats,
    modelType: found.type,
    origin: pads ? null : origin,
    preprocessing,
  };
}

function ofTimm(model: ExportedModel, naming: Naming, origin: TensorOrigin): LibraryModel {
  const { config } = origin;
  if (config?.library !== 'timm') return ofTorch(model, naming, origin);
  return {
    ...ofTorch(model, naming, origin),
    library: 'timm',
    architecture: config.architecture,
    fields: timmFields(model, origin, config),
  };
}

/** Tensors for `load_state_dict`. */
function ofTorch(model: ExportedModel, naming: Naming, origin: TensorOrigin): LibraryModel {
  const { heads } = origin;
  const { featureSize: width, preprocessing } = model.network;
  return {
    library: naming.library === 'timm' || naming.library === 'torch' ? naming.library : 'torchvision',
    architecture: undefined,
    tensors: () => libraryTensors(model, { naming: writtenIn(naming, heads), prefix: '', heads, width }),
    fields: {},
    modelType: OTHERS,
    origin,
    preprocessing,
  };
}
