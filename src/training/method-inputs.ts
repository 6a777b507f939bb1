import { invariant } from '../errors.js';
import type { Value } from '../graph/value.js';
import type { InputMakers, MethodInputs } from '../methods/inputs.js';
import { linear } from '../nn/functional.js';
import type { Network } from '../nn/network.js';
import type { ForwardPass } from './forward-pass.js';
import { frozenFeatures, frozenTensors } from './frozen-network.js';
import { frozen, PRETRAINED_HEAD } from './state-names.js';
import type { PretrainedStatistics } from './statistics.js';
import type { StepParts } from './step-parts.js';

/** What inputs are made of besides the forward pass. */
export interface MethodInputSources {
  /** What the step trains of the network and its new head. */
  readonly trained: readonly Omit<MethodInputs['parameters'][number], 'pretrained'>[];
  /** Present if the method needs it. */
  readonly statistics: PretrainedStatistics | undefined;
  /** Whether the classifier that the network was pretrained with is trained, or frozen. */
  readonly trainsPretrainedHead: boolean;
  /** Of the batch. */
  readonly crossEntropy: Value;
}

/**
 * How a step makes each input that a method may need. The frozen copy of the network, the pretrained values of
 * parameters and the pretrained head enter the step only if their makers are called.
 */
export function inputMakers(
  parts: StepParts,
  network: Network,
  forward: ForwardPass,
  { trained, statistics, trainsPretrainedHead, crossEntropy }: MethodInputSources,
): InputMakers {
  let copy: ReturnType<typeof frozenFeatures> | undefined;
  const frozenCopy = () => {
    if (copy === undefined) for (const [name, tensor] of frozenTensors(network)) parts.addFixed(name, tensor);
    copy ??= frozenFeatures(network, forward.images);
    return copy;
  };
  return {
    features: () => forward.features,
    logits: () => forward.logits,
    labels: () => forward.labels,
    oneHot: () => forward.oneHot,
    crossEntropy: () => crossEntropy,
    head: () => forward.head,
    featureMaps: () => forward.featureMaps,
    classStatistics: () => present(statistics, 'statistics').perClass,
    featureStatistics: () => present(statistics, 'statistics').overall,
    parameters: () =>
      trained.map((parameter) => {
        const tensor = network.parameters.get(parameter.name)?.tensor;
        return { ...parameter, pretrained: tensor && parts.addFixed(frozen(parameter.name), tensor) };
      }),
    pretrainedFeatures: () => frozenCopy().features,
    pretrainedFeatureMaps: () => frozenCopy().featureMaps,
    pretrainedLogits: () => pretrainedLogits(parts, network, forward.features, trainsPretrainedHead),
    sourceBatch: () => present(forward.sourceBatch, 'source images'),
  };
}

/** The logits of the pretrained head, whose tensors become trained parameters of the step, unless it is frozen. */
function pretrainedLogits(
  parts: StepParts,
  { pretrainedHead }: Network,
  features: Value,
  trains: boolean,
): Value {
  const { weight, bias } = present(pretrainedHead, 'pretrained head');
  const add = (name: string, kind: 'weight' | 'bias', tensor: typeof weight) => {
    const pretrained = parts.addFixed(frozen(name), tensor);
    if (!trains) return pretrained;
    const value = parts.addState(name, tensor);
    parts.trained.set(name, { name, kind, value, pretrained });
    return value;
  };
  return linear(
    features,
    add(`${PRETRAINED_HEAD}.weight`, 'weight', weight),
    add(`${PRETRAINED_HEAD}.bias`, 'bias', bias),
  );
}

/** What a run checks before it builds a step. */
function present<T>(value: T | undefined, what: string): T {
  invariant(value !== undefined, `the step has no ${what}`);
  return value;
}
