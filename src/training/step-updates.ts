import { invariant } from '../errors.js';
import { add, div, max, mul, scalar, sqrt } from '../graph/ops.js';
import type { Value } from '../graph/value.js';
import { sumOfSquares } from '../nn/functional.js';
import type { ParameterKind } from '../nn/network.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../optimizers/schedules.js';
import type { ProgramGraph } from '../runtime/program.js';
import { collectedOf, emaOf } from './state-names.js';
import { applyOptimizer, type StepParts } from './step-parts.js';

export interface UpdateOptions {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Applied to kernels and matrices only, not to biases and normalisations. */
  readonly weightDecay: number;
  /** Upper limit on the L2 norm of all gradients together. */
  readonly clipGradNorm?: number | undefined;
  /** Batches whose gradients are averaged into one update. */
  readonly accumulate: number;
  /** Decay of an exponential moving average of the parameters, and of the running statistics that move with them. */
  readonly emaDecay?: number | undefined;
}

/** What the step trains, and with which gradients. */
export interface UpdateTargets {
  readonly trained: readonly {
    readonly name: string;
    readonly kind: ParameterKind;
    readonly value: Value;
    /** Factor on the learning rate. */
    readonly rateFactor: number;
  }[];
  /** Of this batch's loss, by name. */
  readonly gradientOf: ReadonlyMap<string, Value>;
  /** Next values of the network's running statistics; they change with every batch, whether or not it ends in an update. */
  readonly runningStatistics: ReadonlyMap<string, Value>;
  /** Next values of a method's states, which change as often. */
  readonly rules: ReadonlyMap<string, Value>;
}

export interface StepPrograms {
  /** Computes gradients and updates everything. */
  readonly update: ProgramGraph;
  /** Computes gradients and collects them for an update; only where `accumulate` > 1. */
  readonly collect: ProgramGraph | undefined;
  /** Names of the states that they are collected in; 0 after an update. */
  readonly collected: ReadonlySet<string>;
}

/** Adds the parameters' updates to a step that is otherwise complete: its outputs are those of both programs. */
export function addUpdates(
  parts: StepParts,
  options: UpdateOptions,
  { trained, gradientOf, runningStatistics, rules }: UpdateTargets,
): StepPrograms {
  const { optimizer, learningRate, schedule, accumulate, clipGradNorm, emaDecay } = options;
  const outputs = new Map(parts.outputs);
  const perBatch = new Map([...runningStatistics, ...rules]);
  const collecting = accumulate > 1 ? collect(parts, accumulate, gradientOf, perBatch) : undefined;
  const averaged = collecting?.averages ?? gradientOf;
  const clipped = clipGradNorm === undefined ? averaged : clip(averaged, clipGradNorm);

  const scalars = parts.addOptimizer(
    'optimizer',
    optimizer,
    ({ update, totalUpdates }) => learningRate * schedule(update, totalUpdates),
  );
  for (const { name, kind, value, rateFactor } of trained) {
    const gradient = clipped.get(name);
    invariant(gradient !== undefined, `${name} has no gradient`);
    const next = applyOptimizer(parts, {
      name,
      parameter: value,
      gradient,
      optimizer,
      scalars,
      weightDecay: kind === 'weight' ? options.weightDecay : 0,
      rateFactor,
    });
    if (emaDecay !== undefined) average(parts, name, next, emaDecay);
  }
  // Averaged parameters beside the statistics of those that train would be a network that nobody trained.
  if (emaDecay !== undefined)
    for (const [name, next] of runningStatistics) average(parts, name, next, emaDecay);
  return {
    update: { outputs, updates: parts.updates },
    collect: collecting && { outputs, updates: collecting.updates },
    collected: new Set(collecting === undefined ? [] : [...gradientOf.keys()].map(collectedOf)),
  };
}

/**
 * Gradient accumulation: what the collecting program adds up, and the averages that the updating one uses and clears. Each
 * run adds its share of the average, so that what is collected means the same, however many runs follow.
 */
function collect(
  parts: StepParts,
  runs: number,
  gradientOf: ReadonlyMap<string, Value>,
  perBatch: ReadonlyMap<string, Value>,
) {
  const averages = new Map<string, Value>();
  const updates = new Map(perBatch);
  for (const [name, gradient] of gradientOf) {
    const state = collectedOf(name);
    const before = parts.addState(state, { dtype: 'float32', shape: gradient.shape });
    const average = add(before, mul(gradient, 1 / runs));
    averages.set(name, average);
    updates.set(state, average);
    parts.updates.set(state, scalar(0, gradient.shape));
  }
  return { averages, updates };
}

/** average <- decay average + (1 - decay) next, starting from what the state begins with. */
function average(parts: StepParts, name: string, next: Value, decay: number): void {
  const initial = parts.state.get(name) ?? { dtype: 'float32', shape: next.shape };
  const before = parts.addState(emaOf(name), initial);
  parts.updates.set(emaOf(name), add(mul(before, decay), mul(next, 1 - decay)));
}

/** Scales all gradients so that their joint norm is at most `limit` (Pascanu et al. 2013). */
function clip(gradientOf: ReadonlyMap<string, Value>, limit: number): Map<string, Value> {
  const norm = sqrt([...gradientOf.values()].map(sumOfSquares).reduce(add));
  const factor = div(limit, max(norm, limit));
  return new Map([...gradientOf].map(([name, gradient]) => [name, mul(gradient, factor)]));
}
