import { concat, slice } from '../graph/ops.js';
import { input, type Value } from '../graph/value.js';
import type { SourceBatch } from '../methods/inputs.js';
import { linear } from '../nn/functional.js';
import type { Network, Parameter } from '../nn/network.js';
import { type RecordingScope, recordingScope } from '../nn/scope.js';
import { buildFeatures } from './build-features.js';
import { LABELS, ONE_HOT, PIXELS, sourceInput } from './input-names.js';
import { normalize } from './normalize.js';
import { HEAD_BIAS, HEAD_WEIGHT } from './state-names.js';
import { known } from './step-parts.js';

export interface ForwardOptions {
  readonly network: Network;
  /** The new head's `head.weight` [K, d] and `head.bias` [K]. */
  readonly head: ReadonlyMap<string, Parameter>;
  readonly batchSize: number;
  readonly imageSize: number;
  readonly classes: number;
  /** Classes of the source images that pass the network together with the batch; 0 where none do. */
  readonly sourceClasses: number;
  /** Whether the BatchNorm with this scale uses the batch's statistics, and moves its running ones. */
  readonly training: (scale: string) => boolean;
}

export interface ForwardPass {
  readonly scope: RecordingScope;
  /** The new head's tensors, by name. */
  readonly headParameters: ReadonlyMap<string, Value>;
  /** [B, 3, H, W]: the batch's normalised images. */
  readonly images: Value;
  /** [B, d] */
  readonly features: Value;
  /** [B, K] */
  readonly logits: Value;
  /** [B], int32 */
  readonly labels: Value;
  /** [B, K] */
  readonly oneHot: Value;
  readonly head: { readonly weight: Value; readonly bias: Value };
  /** Of the batch's images, by role. */
  readonly featureMaps: ReadonlyMap<string, Value>;
  readonly sourceBatch: SourceBatch | undefined;
}

/** The network and its new head on a batch of images, and the network on source images that go along with it. */
export function forwardPass(options: ForwardOptions): ForwardPass {
  const { network, head, batchSize: B, imageSize, classes, sourceClasses } = options;
  const pixels = input(PIXELS, { dtype: 'uint8', shape: [B, imageSize, imageSize, 3] });
  const images = normalize(pixels, network.preprocessing);
  const source = sourceClasses > 0 ? sourceInputs(options) : undefined;
  const seen =
    source === undefined ? images : normalize(concat([pixels, source.pixels], 0), network.preprocessing);

  const scope = recordingScope(network, { training: options.training });
  const { features: all, featureMaps } = buildFeatures(network, seen, scope);
  const ofBatch = (value: Value) => (source === undefined ? value : slice(value, 0, 0, B));
  const features = ofBatch(all);
  const headParameters = new Map([...head].map(([name, { tensor }]) => [name, input(name, tensor)]));
  const weight = known(headParameters, HEAD_WEIGHT);
  const bias = known(headParameters, HEAD_BIAS);
  return {
    scope,
    headParameters,
    images,
    features,
    logits: linear(features, weight, bias),
    labels: input(LABELS, { dtype: 'int32', shape: [B] }),
    oneHot: input(ONE_HOT, { dtype: 'float32', shape: [B, classes] }),
    head: { weight, bias },
    featureMaps: new Map([...featureMaps].map(([role, map]) => [role, ofBatch(map)])),
    sourceBatch: source && {
      features: slice(all, 0, B, 2 * B),
      labels: source.labels,
      oneHot: source.oneHot,
    },
  };
}

function sourceInputs({ batchSize, imageSize, sourceClasses }: ForwardOptions) {
  const declare = (name: string, dtype: 'uint8' | 'int32' | 'float32', ...shape: readonly number[]) =>
    input(sourceInput(name), { dtype, shape: [batchSize, ...shape] });
  return {
    pixels: declare(PIXELS, 'uint8', imageSize, imageSize, 3),
    labels: declare(LABELS, 'int32'),
    oneHot: declare(ONE_HOT, 'float32', sourceClasses),
  };
}
