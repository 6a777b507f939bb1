import { invariant } from '../errors.js';
import type { Value } from '../graph/value.js';
import type { Network } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import type { Provided } from '../regularizers/regularizer.js';
import type { SourceStatistics } from './statistics.js';
import type { StepParts } from './step-parts.js';

/** Prefix of the frozen source network's tensors. */
const SOURCE = 'source:';

/**
 * What methods can ask for. The frozen source network, and the frozen copies of parameters, enter the step only if
 * a method looks at them. Looking at statistics that were not declared as a need, hence not computed, is a bug.
 */
export function provide(
  parts: StepParts,
  network: Network,
  images: Value,
  given: Omit<
    Provided,
    'classStatistics' | 'featureStatistics' | 'parameters' | 'sourceFeatures' | 'sourceTaps'
  > & {
    readonly trained: readonly Omit<Provided['parameters'][number], 'source'>[];
    readonly statistics: SourceStatistics | undefined;
  },
): Provided {
  const { trained, statistics, ...values } = given;
  const present = () => {
    invariant(statistics !== undefined, 'source statistics were used without being declared as a need');
    return statistics;
  };
  let twin: { features: Value; taps: ReadonlyMap<string, Value> } | undefined;
  const source = () => {
    twin ??= frozenTwin(parts, network, images);
    return twin;
  };
  return {
    ...values,
    get classStatistics() {
      return present().perClass;
    },
    get featureStatistics() {
      return present().overall;
    },
    get parameters() {
      return trained.map((parameter) => {
        const pretrained = network.parameters.get(parameter.name)?.tensor;
        return { ...parameter, source: pretrained && parts.addFixed(SOURCE + parameter.name, pretrained) };
      });
    },
    get sourceFeatures() {
      return source().features;
    },
    get sourceTaps() {
      return source().taps;
    },
  };
}

/** The network as it was pretrained, in evaluation mode. Nothing of it depends on what is trained. */
function frozenTwin(parts: StepParts, network: Network, images: Value) {
  const rename = (name: string) => SOURCE + name;
  for (const [name, { tensor }] of network.parameters) parts.addFixed(rename(name), tensor);
  for (const [name, tensor] of network.buffers) parts.addFixed(rename(name), tensor);
  const scope = recordingScope(network, { training: false, rename });
  return { features: network.features(images, scope), taps: scope.taps };
}
