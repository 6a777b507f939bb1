import { invariant } from '../errors.js';
import { mul } from '../graph/operators/mul.js';
import type { Tensor } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import type { TrainedParameter } from '../methods/inputs.js';
import type { Distribution, PreStep } from '../methods/losses.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Initial } from '../runtime/state.js';
import { slotOf } from './state-names.js';

/** Which of the optimizer's updates, from 0, of how many: with accumulation, fewer than steps. */
export interface UpdatePosition {
  readonly update: number;
  readonly totalUpdates: number;
}

/** A number that the host computes anew for each update. */
export type HostScalar = (position: UpdatePosition) => number;

export interface NoiseInput {
  readonly name: string;
  readonly distribution: Distribution;
  readonly shape: readonly number[];
}

/** The scalars of one optimizer as graph inputs: its learning rate, and what it asks for itself. */
export interface OptimizerScalars {
  readonly learningRate: Value;
  scalar(name: string): Value;
}

/** Updates of states, by name, in a program that runs before the step. */
export interface PreStepGraph extends Pick<PreStep, 'when'> {
  readonly updates: ReadonlyMap<string, Value>;
}

/** What a training step's graph is collected in while it is being built. */
export class StepParts {
  /** Initial values of what changes from step to step, and is saved in checkpoints. */
  readonly state = new Map<string, Initial>();
  /** Tensors that no checkpoint needs: the frozen copy's, and those made anew for each step. */
  readonly fixed = new Map<string, Tensor>();
  /** What a method trains of its own, with the network. */
  readonly trained = new Map<string, TrainedParameter>();
  readonly updates = new Map<string, Value>();
  readonly outputs = new Map<string, Value>();
  readonly noise: NoiseInput[] = [];
  readonly scalars = new Map<string, HostScalar>();
  readonly preSteps: PreStepGraph[] = [];
  /** Gradients of a method's own objective, by the state that it trains. */
  readonly objectiveGradients = new Map<string, Value>();

  /** Declares a state tensor and returns its current value. */
  addState(name: string, initial: Initial): Value {
    invariant(!this.state.has(name), `two states called ${name}`);
    this.state.set(name, initial);
    return input(name, initial);
  }

  /** The input that stands for a tensor that no checkpoint needs. */
  addFixed(name: string, tensor: Tensor): Value {
    this.fixed.set(name, tensor);
    return input(name, tensor);
  }

  addScalar(name: string, value: HostScalar): Value {
    this.scalars.set(name, value);
    return input(name, { dtype: 'float32', shape: [] });
  }

  /** Declares an optimizer's scalars, under a prefix of its own. */
  addOptimizer(prefix: string, optimizer: Optimizer, learningRate: HostScalar): OptimizerScalars {
    const values = new Map<string, Value>();
    for (const name of Object.keys(optimizer.scalars(1)))
      values.set(
        name,
        this.addScalar(`${prefix}.${name}`, ({ update }) => {
          const value = optimizer.scalars(update + 1)[name];
          invariant(value !== undefined, `${optimizer.name} has no ${name} at step ${update + 1}`);
          return value;
        }),
      );
    return {
      learningRate: this.addScalar(`${prefix}.learning_rate`, learningRate),
      scalar(name) {
        const value = values.get(name);
        invariant(value !== undefined, `${optimizer.name} has no scalar ${name}`);
        return value;
      },
    };
  }
}

/** Adds one parameter's update to the step: its slots become state, its next value an update. Returns that value. */
export function applyOptimizer(
  parts: StepParts,
  target: {
    readonly name: string;
    readonly parameter: Value;
    readonly gradient: Value;
    readonly optimizer: Optimizer;
    readonly scalars: OptimizerScalars;
    readonly weightDecay: number;
    /** Factor on the learning rate. */
    readonly rateFactor: number;
  },
): Value {
  const { name, parameter, gradient, optimizer, scalars, weightDecay, rateFactor } = target;
  const slots = new Map(
    optimizer.slots.map((slot) => [
      slot,
      parts.addState(slotOf(name, slot), { dtype: 'float32', shape: parameter.shape }),
    ]),
  );
  const updated = optimizer.update({
    parameter,
    gradient,
    slots,
    learningRate: rateFactor === 1 ? scalars.learningRate : mul(scalars.learningRate, rateFactor),
    weightDecay,
    scalar: scalars.scalar,
  });
  parts.updates.set(name, updated.parameter);
  for (const [slot, next] of updated.slots) parts.updates.set(slotOf(name, slot), next);
  return updated.parameter;
}

export function known(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  invariant(value !== undefined, `the step has no ${name}`);
  return value;
}
