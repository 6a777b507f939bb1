import { gradients } from '../autodiff/gradients.js';
import { at, invariant } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import type { BuildTools, Distribution, Provided, Regularizer } from '../regularizers/regularizer.js';
import type { SourceStatistics } from './statistics.js';
import { applyOptimizer, type HostScalar, type StepParts } from './step-parts.js';

const PREFIX = 'regularizer.';

export interface RegularizeOptions {
  readonly regularizer: Regularizer;
  /** Validated by the regularizer's own schema. */
  readonly options: unknown;
  readonly values: Pick<Provided, 'features' | 'logits' | 'labels' | 'oneHot'>;
  readonly statistics: SourceStatistics | undefined;
  readonly batchSize: number;
  readonly classes: number;
  readonly featureSize: number;
}

/** A method's part of the step: its term, and in `parts` its state, its noise, and how its state changes. */
export function regularize(parts: StepParts, options: RegularizeOptions): Value | undefined {
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
  };
  const built = regularizer.build(contextOf(options, tools), options.options);

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
  return built.term;
}

/** What a method sees. Statistics are behind getters: looking at what was not declared as a need, hence not computed, is a bug. */
function contextOf({ values, statistics }: RegularizeOptions, tools: BuildTools): Provided & BuildTools {
  const present = () => {
    invariant(statistics !== undefined, 'source statistics were used without being declared as a need');
    return statistics;
  };
  return {
    ...values,
    ...tools,
    get classStatistics() {
      return present().perClass;
    },
    get featureStatistics() {
      return present().overall;
    },
  };
}
