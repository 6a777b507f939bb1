import { gradients } from '../autodiff/gradients.js';
import { at, invariant } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import type { ParameterKind } from '../nn/network.js';
import type { BuildTools, Built, Distribution, Provided, Regularizer } from '../regularizers/regularizer.js';
import { applyOptimizer, type HostScalar, type StepParts } from './step-parts.js';

const PREFIX = 'regularizer.';

export interface RegularizeOptions {
  readonly regularizer: Regularizer;
  /** Validated by the regularizer's own schema. */
  readonly options: unknown;
  /** What the method may look at; what costs something to make is behind getters. */
  readonly provided: Provided;
  readonly batchSize: number;
  readonly classes: number;
  readonly featureSize: number;
}

/** A method's part of the step: its terms, and in `parts` its state, its noise, and how its state changes. */
export function regularize(
  parts: StepParts,
  options: RegularizeOptions,
): Pick<Built, 'task' | 'term' | 'addition'> {
  const { regularizer, batchSize, classes, featureSize } = options;
  const names = new Map<Value, string>();
  const nameOf = (value: Value): string => {
    const name = names.get(value);
    invariant(name !== undefined, `${regularizer.name} updates a value that is not its state`);
    return name;
  };
  const tools: BuildTools = {
    batchSize,
    classes,
    featureSize,
    noise(distribution: Distribution, shape: readonly number[]) {
      const name = `${PREFIX}noise${parts.noise.length}`;
      parts.noise.push({ name, distribution, shape });
      return input(name, { dtype: 'float32', shape });
    },
    state(name: string, initial: Tensor<'float32'>) {
      const value = parts.addState(PREFIX + name, initial);
      names.set(value, PREFIX + name);
      return value;
    },
    parameter(name: string, initial: Tensor<'float32'>, kind: ParameterKind) {
      const value = parts.addState(PREFIX + name, initial);
      parts.trained.set(PREFIX + name, { name: PREFIX + name, kind, value, source: undefined });
      return value;
    },
  };
  const built = regularizer.build(withTools(options.provided, tools), options.options);

  for (const [state, next] of built.updates ?? []) parts.updates.set(nameOf(state), next);
  for (const [name, value] of Object.entries(built.metrics ?? {})) parts.outputs.set(PREFIX + name, value);
  const { learned } = built;
  if (learned !== undefined) {
    const { optimizer, schedule, learningRate } = learned;
    const rate: HostScalar = ({ step, totalSteps }) => learningRate * schedule(step, totalSteps);
    const scalars = parts.addOptimizer(`${PREFIX}optimizer`, optimizer, rate);
    const slopes = gradients(learned.objective, learned.states);
    learned.states.forEach((state, i) => {
      const target = { name: nameOf(state), parameter: state, gradient: at(slopes, i) };
      applyOptimizer(parts, { ...target, optimizer, scalars, weightDecay: 0, rate: 1 });
    });
    parts.outputs.set(`${PREFIX}objective`, learned.objective);
  }
  return built;
}

/** What a method sees. Not a spread, which would look behind every getter. */
function withTools(provided: Provided, tools: BuildTools): Provided & BuildTools {
  return {
    ...tools,
    features: provided.features,
    logits: provided.logits,
    labels: provided.labels,
    oneHot: provided.oneHot,
    head: provided.head,
    taps: provided.taps,
    get parameters() {
      return provided.parameters;
    },
    get classStatistics() {
      return provided.classStatistics;
    },
    get featureStatistics() {
      return provided.featureStatistics;
    },
    get sourceFeatures() {
      return provided.sourceFeatures;
    },
    get sourceTaps() {
      return provided.sourceTaps;
    },
  };
}
