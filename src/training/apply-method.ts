import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { isValue } from '../graph/require-values.js';
import { type DType, type Shape, type Tensor, type Tensors, zeros } from '../graph/tensor.js';
import { input, sameType, type Value } from '../graph/value.js';
import { checkUpdated } from '../methods/check-learned.js';
import { checkNoise } from '../methods/check-noise.js';
import { type InputMakers, makeInputs } from '../methods/inputs.js';
import type { LambdaScales } from '../methods/lambda-unit.js';
import type { AddedLosses, Distribution, Learned, LossTools, MethodLosses } from '../methods/losses.js';
import type { BoundMethod } from '../methods/method.js';
import { describeValue, wrongLoss } from '../methods/wrong-loss.js';
import type { ParameterKind } from '../nn/network.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { requireTensor } from './method-tensors.js';
import { METHOD_PREFIX } from './state-names.js';
import { applyOptimizer, type HostScalar, type StepParts } from './step-parts.js';

export interface ApplyMethodOptions {
  readonly method: BoundMethod;
  readonly makers: InputMakers;
  /** What its `prepare` made. */
  readonly prepared: Tensors;
  readonly batchSize: number;
  readonly classes: number;
  readonly featureSize: number;
  readonly sourceClasses: number;
  readonly lambdaScales: LambdaScales | 'raw';
  /** The run's. */
  readonly seed: number;
}

export interface AppliedMethod extends Pick<MethodLosses, 'taskLoss' | keyof AddedLosses | 'parts'> {
  /** States that a rule changes with every batch, by name, whether or not the batch ends in an update. */
  readonly rules?: ReadonlyMap<string, Value>;
}

/**
 * A method's part of the step: its losses, and in `parts` its state, its noise, and how its state changes.
 *
 * @throws AdarandError `method.loss` for losses that are not what the contract says.
 */
export function applyMethod(
  parts: StepParts,
  { method, makers, prepared, ...sizes }: ApplyMethodOptions,
): AppliedMethod {
  const own = new OwnTensors(method.name);
  const tools: LossTools = {
    ...sizes,
    prepared: <D extends DType = 'float32'>(name: string, dtype?: D) =>
      requireTensor<D>(prepared[name], `${method.name} prepared no tensor ${name}`, dtype),
    noise(distribution: Distribution, shape: Shape) {
      checkNoise(method.name, distribution, shape);
      const name = `${METHOD_PREFIX}noise${parts.noise.length}`;
      parts.noise.push({ name, distribution, shape });
      return input(name, { dtype: 'float32', shape });
    },
    state: (name: string, initial: Tensor) => own.add(name, parts.addState(METHOD_PREFIX + name, initial)),
    scratch: (name: string, shape: Shape) =>
      own.add(name, parts.addFixed(METHOD_PREFIX + name, zeros('float32', shape))),
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
  const losses = method.loss(makeInputs(method.needs, makers), tools);

  const rules = own.byName(losses.updates ?? new Map());
  for (const [name, next] of rules) parts.updates.set(name, next);
  for (const { when, updates } of losses.preSteps ?? [])
    parts.preSteps.push({ when, updates: own.byName(updates) });
  for (const [name, value] of Object.entries(losses.metrics ?? {}))
    parts.outputs.set(METHOD_PREFIX + name, value);
  if (losses.learned !== undefined) learn(parts, own, method.name, losses.learned);
  return { ...losses, rules };
}

/** Adds the update of the states that a method trains by an objective of its own. */
function learn(parts: StepParts, own: OwnTensors, method: string, learned: Learned): void {
  const { objective, schedule, learningRate, states } = learned;
  const optimizer: Optimizer = {
    name: learned.optimizer.name,
    slots: learned.optimizer.slots,
    scalars: (step) => learned.optimizer.scalars(step),
    update: (context) =>
      checkUpdated(method, context.parameter, learned.optimizer.slots, learned.optimizer.update(context)),
  };
  const rate: HostScalar = ({ update, totalUpdates }) => learningRate * schedule(update, totalUpdates);
  const scalars = parts.addOptimizer(`${METHOD_PREFIX}optimizer`, optimizer, rate);
  const gradientsOf = gradients(objective, states);
  [...own.byName(new Map(states.map((state) => [state, state])))].forEach(([name, parameter], i) => {
    const gradient = at(gradientsOf, i);
    parts.objectiveGradients.set(name, gradient);
    applyOptimizer(parts, { name, parameter, gradient, optimizer, scalars, weightDecay: 0, rateFactor: 1 });
  });
  parts.outputs.set(`${METHOD_PREFIX}objective`, objective);
}

/** The states and scratch tensors that a method has made, by value. */
class OwnTensors {
  readonly #method: string;
  readonly #names = new Map<Value, string>();

  constructor(method: string) {
    this.#method = method;
  }

  add(name: string, value: Value): Value {
    this.#names.set(value, METHOD_PREFIX + name);
    return value;
  }

  /** @throws AdarandError `method.loss` for a key that is no state of the method's, or a value of another type. */
  byName(updates: ReadonlyMap<Value, Value>): Map<string, Value> {
    return new Map(
      [...updates].map(([state, next]): [string, Value] => {
        const name = this.#names.get(state);
        if (name === undefined)
          throw wrongLoss(this.#method, 'it updates a value that is not one of its states');
        if (!isValue(next) || !sameType(state, next))
          throw wrongLoss(
            this.#method,
            `the next value of its state ${name.slice(METHOD_PREFIX.length)} is ${describeValue(next)}, not ${describeValue(state)}`,
          );
        return [name, next];
      }),
    );
  }
}
