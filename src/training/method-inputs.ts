import { invariant } from '../errors.js';
import type { Value } from '../graph/value.js';
import type { MethodInputs } from '../methods/method.js';
import type { Network } from '../nn/network.js';
import { applyHead } from './classifier.js';
import { frozen, frozenFeatures, frozenTensors } from './frozen-network.js';
import type { PretrainedStatistics } from './statistics.js';
import type { StepParts } from './step-parts.js';

/** State names of the classifier that the network was pretrained with, where a method trains it along. */
const SOURCE_HEAD = 'source_head';

/** What the step has at hand; the rest of `MethodInputs` is made of it where a method looks. */
export interface Given
  extends Pick<MethodInputs, 'features' | 'logits' | 'labels' | 'oneHot' | 'head' | 'featureMaps'> {
  readonly trained: readonly Omit<MethodInputs['parameters'][number], 'pretrained'>[];
  readonly statistics: PretrainedStatistics | undefined;
  readonly sourceBatch: MethodInputs['sourceBatch'] | undefined;
}

/**
 * What methods can ask for. The frozen source network, the frozen copies of parameters and the source head enter the
 * step only if a method looks at them. Looking at what was not declared as a need, hence is not there, is a bug.
 */
export function provide(parts: StepParts, network: Network, images: Value, given: Given): MethodInputs {
  const { trained, statistics, sourceBatch, ...values } = given;
  const twin = once(() => {
    for (const [name, tensor] of frozenTensors(network)) parts.addFixed(name, tensor);
    return frozenFeatures(network, images);
  });
  const pretrainedLogits = once(() => trainedSourceLogits(parts, network, values.features));
  return {
    ...values,
    get classStatistics() {
      return declared(statistics).perClass;
    },
    get featureStatistics() {
      return declared(statistics).overall;
    },
    get parameters() {
      return trained.map((parameter) => {
        const pretrained = network.parameters.get(parameter.name)?.tensor;
        return { ...parameter, pretrained: pretrained && parts.addFixed(frozen(parameter.name), pretrained) };
      });
    },
    get pretrainedFeatures() {
      return twin().features;
    },
    get pretrainedFeatureMaps() {
      return twin().featureMaps;
    },
    get pretrainedLogits() {
      return pretrainedLogits();
    },
    get sourceBatch() {
      return declared(sourceBatch);
    },
  };
}

function trainedSourceLogits(parts: StepParts, { pretrainedHead }: Network, features: Value): Value {
  const { weight, bias } = declared(pretrainedHead);
  const part = (name: string, kind: 'weight' | 'bias', tensor: typeof weight) => {
    const value = parts.addState(name, tensor);
    parts.trained.set(name, { name, kind, value, pretrained: parts.addFixed(frozen(name), tensor) });
    return value;
  };
  return applyHead(
    features,
    part(`${SOURCE_HEAD}.weight`, 'weight', weight),
    part(`${SOURCE_HEAD}.bias`, 'bias', bias),
  );
}

function declared<T>(value: T | undefined): T {
  invariant(value !== undefined, 'a method looks at what it did not declare as a need');
  return value;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
