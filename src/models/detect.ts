import { AdarandError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { ArchitectureConfig } from '../nn/config.js';
import type { BuildBackbone } from '../nn/family.js';
import { type FoundPrefix, findPrefix } from '../nn/naming/find-prefix.js';
import { wrapperOf } from '../nn/naming/leftovers.js';
import { type NamedWeights, toOurs, toTheirs } from '../nn/naming/naming.js';
import { lastingConfig, type TensorOrigin } from '../nn/naming/origin.js';
import type { Network } from '../nn/network.js';
import { backboneFamilies } from '../nn/registry.js';
import { unreservedNetwork } from './unreserved-network.js';

export interface KnownOfTensors {
  /** Names of the pretrained head's classes. */
  readonly classes?: readonly string[] | undefined;
  readonly config?: ArchitectureConfig | undefined;
  /** Side of the square input, where it is not to be the one that the tensors were trained with. */
  readonly imageSize?: number | undefined;
}

/**
 * The network that named tensors belong to, of whichever family recognises them. Each tensor is used, or is known not to
 * belong to the network: its `notes` say which. `file` is for messages.
 *
 * @throws AdarandError `model.unknown-architecture`, `model.unused-tensor`, or as the backbones do.
 */
export function networkOf(
  tensors: ReadonlyMap<string, Tensor>,
  file: string,
  { classes, config, imageSize }: KnownOfTensors = {},
): Network {
  const { build, weights, others } = recognised(tensors, config, file);
  const given = { tensors: weights.tensors };
  const network = build(classes === undefined ? given : { ...given, classes }, { imageSize });
  return unreservedNetwork({
    ...network,
    notes: notesOf(network, weights, { config, others }),
    origin: originOf(weights, network, config),
    toFile: (own) => toTheirs(weights.naming, weights.prefix, own),
  });
}

interface Recognised {
  readonly build: BuildBackbone;
  readonly weights: NamedWeights;
  /** Prefixes of other networks in the file. */
  readonly others: readonly string[];
}

function recognised(
  tensors: ReadonlyMap<string, Tensor>,
  config: ArchitectureConfig | undefined,
  file: string,
): Recognised {
  let refused: AdarandError | undefined;
  for (const family of backboneFamilies)
    for (const naming of family.namings) {
      const found = findPrefix(naming, tensors.keys());
      if (found === undefined) continue;
      try {
        const weights = toOurs(naming, found.prefix, withoutOthers(tensors, found), file);
        const build = family.recognise(weights.tensors, config, naming);
        if (build !== undefined) return { build, weights, others: found.others };
      } catch (error) {
        // Another naming, or another family, may still know every tensor.
        if (!(error instanceof AdarandError)) throw error;
        // Whoever knows the tensors, but not what is made of them, says more than who has no name for one of them.
        if (refused === undefined || (error.code === ARCHITECTURE && refused.code !== ARCHITECTURE))
          refused = error;
      }
    }
  if (refused !== undefined) throw refused;
  const names = [...tensors.keys()].slice(0, 3);
  throw new AdarandError(
    'model.unknown-architecture',
    `${file} belongs to no architecture that is known here; ${names.length === 0 ? 'it holds no tensors' : `its tensors begin with ${names.join(', ')}`}`,
    'Use tensors named as torchvision, timm or transformers name them, or an ONNX export.',
  );
}

/** Other networks in a file go with their heads. */
function withoutOthers(
  tensors: ReadonlyMap<string, Tensor>,
  { prefix, others }: FoundPrefix,
): ReadonlyMap<string, Tensor> {
  const left = others.flatMap((other) => {
    const whole = wrapperOf(other);
    return whole !== '' && !prefix.startsWith(whole) ? [whole] : other === '' ? [] : [other];
  });
  return new Map([...tensors].filter(([name]) => !left.some((other) => name.startsWith(other))));
}

function originOf(
  { naming: { library, marker } }: NamedWeights,
  { heads = [] }: Network,
  config: ArchitectureConfig | undefined,
): TensorOrigin {
  return { library, marker, heads, config: config === undefined ? null : lastingConfig(config) };
}

function notesOf(
  { name, pretrainedHead }: Network,
  { prefix, unused }: NamedWeights,
  { config, others }: { readonly config: ArchitectureConfig | undefined; readonly others: readonly string[] },
): string[] {
  const notes: string[] = [];
  if (config === undefined)
    notes.push(
      `taken for ${name} by the names and shapes of its tensors: without a config.json, another network with the same tensors cannot be told from it`,
    );
  if (others.length > 0)
    notes.push(`of several networks in the file, the one under ${prefix} is used, not ${others.join(', ')}`);
  else if (
    /(encoder_q|base_encoder|online_encoder|online_network|student|teacher|ema|backbone)[.]/.test(prefix)
  )
    notes.push(`the encoder under ${prefix} is used`);
  const left = [...unused]
    .filter(([what]) => what !== countersOnly)
    .map(([what, count]) => `${what} (${count} tensors)`);
  if (left.length > 0) notes.push(`not used: ${left.join(', ')}`);
  if (pretrainedHead === undefined) notes.push('it has no classifier of its own');
  return notes;
}

const ARCHITECTURE = 'model.architecture';

/** Not worth a word. */
const countersOnly = "BatchNorm's counters";
