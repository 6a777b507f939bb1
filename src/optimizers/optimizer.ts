import type { Value } from '../graph/value.js';

/** One parameter's update, as the graph sees it. */
export interface UpdateContext {
  readonly parameter: Value;
  readonly gradient: Value;
  /** The optimizer's own tensors for this parameter, of its shape; zeros at first. */
  readonly slots: ReadonlyMap<string, Value>;
  /** Scalar: this step's learning rate for this parameter. */
  readonly learningRate: Value;
  readonly weightDecay: number;
  /** This step's value of one of the optimizer's `scalars`. */
  scalar(name: string): Value;
}

/** What an update gives: the next value of a parameter, and of its slots. */
export interface Updated {
  readonly parameter: Value;
  readonly slots: ReadonlyMap<string, Value>;
}

/** An optimizer is an update rule: graph in, graph out. */
export interface Optimizer {
  readonly name: string;
  readonly slots: readonly string[];
  /** Numbers that change with the step (1-based) and are computed by the host, in double precision. */
  scalars(step: number): Readonly<Record<string, number>>;
  update(context: UpdateContext): Updated;
}
