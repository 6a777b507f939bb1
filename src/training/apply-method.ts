import { gradients } from '../autodiff/gradients.js';
import { AdarandError, at, invariant } from '../errors.js';
import { type Tensor, zeros } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import type { Built, Distribution, LossTools, Method, MethodInputs, Tensors } from '../methods/method.js';
import type { ParameterKind } from '../nn/network.js';
import { applyOptimizer, type HostScalar, type StepParts } from './step-parts.js';

/** What a method's own tensors are called in the state. */
export const METHOD_PREFIX = 'method.';

export interface ApplyMethodOptions {
  readonly method: Method;
  /** Validated by the method's own schema. */
  readonly options: unknown;
  /** What the method may look at; what costs something to make is behind getters. */
  readonly provided: MethodInputs;
  /** What its `prepare` made. */
  readonly prepared: Tensors;
  readonly batchSize: number;
  readonly classes: number;
  readonly featureSize: number;
  readonly sourceClasses: number;
  readonly featureScale: number;
}

export interface AppliedMethod extends Pick<Built, 'taskLoss' | 'penalty' | 'extraLoss'> {
  /** States that a rule changes with every batch, by name, whether or not the batch ends in an update. */
  readonly rules?: ReadonlyMap<string, Value>;
}

/** A method's part of the step: its terms, and in `parts` its state, its noise, and how its state changes. */
export function applyMethod(
  parts: StepParts,
  { method, options, provided, prepared, ...sizes }: ApplyMethodOptions,
): AppliedMethod {
  const names = new Map<Value, string>();
  const named = (name: string, value: Value): Value => {
    names.set(value, METHOD_PREFIX + name);
    return value;
  };
  const byName = (updates: ReadonlyMap<Value, Value> = new Map()) =>
    new Map(
      [...updates].map(([state, next]): [string, Value] => {
        const name = names.get(state);
        invariant(name !== undefined, `${method.name} updates a value that is not its state`);
        return [name, next];
      }),
    );
  const tools: LossTools = {
    ...sizes,
    prepared(name: string) {
      const tensor = prepared[name];
      if (tensor === undefined)
        throw new AdarandError('method.not-prepared', `${method.name} did not prepare a tensor ${name}`);
      return tensor;
    },
    noise(distribution: Distribution, shape: readonly number[]) {
      const name = `${METHOD_PREFIX}noise${parts.noise.length}`;
      parts.noise.push({ name, distribution, shape });
      return input(name, { dtype: 'float32', shape });
    },
    state: (name: string, initial: Tensor<'float32'>) =>
      named(name, parts.addState(METHOD_PREFIX + name, initial)),
    scratch: (name: string, shape: readonly number[]) =>
      named(name, parts.addFixed(METHOD_PREFIX + name, zeros('float32', shape))),
    parameter(name: string, initial: Tensor<'float32'>, kind: ParameterKind) {
      const value = parts.addState(METHOD_PREFIX + name, initial);
      parts.trained.set(METHOD_PREFIX + name, {
        name: METHOD_PREFIX + name,
        kind,
        value,
        pretrained: undefined,
      });
      return value;
    },
  };
  // Assigned to, not spread: a spread would look behind every getter.
  const built = method.build(Object.assign(provided, tools), options);

  const rules = byName(built.updates);
  for (const [name, next] of rules) parts.updates.set(name, next);
  for (const { when, updates } of built.preSteps ?? [])
    parts.preSteps.push({ when, updates: byName(updates) });
  for (const [name, value] of Object.entries(built.metrics ?? {}))
    parts.outputs.set(METHOD_PREFIX + name, value);
  const { learned } = built;
  if (learned !== undefined) {
    const { optimizer, schedule, learningRate } = learned;
    const rate: HostScalar = ({ step, totalSteps }) => learningRate * schedule(step, totalSteps);
    const scalars = parts.addOptimizer(`${METHOD_PREFIX}optimizer`, optimizer, rate);
    const gradientsOf = gradients(learned.objective, learned.states);
    [...byName(new Map(learned.states.map((state) => [state, state])))].forEach(([name, parameter], i) => {
      const target = { name, parameter, gradient: at(gradientsOf, i) };
      parts.objectiveGradients.set(name, target.gradient);
      applyOptimizer(parts, { ...target, optimizer, scalars, weightDecay: 0, rate: 1 });
    });
    parts.outputs.set(`${METHOD_PREFIX}objective`, learned.objective);
  }
  return { ...built, rules };
}
