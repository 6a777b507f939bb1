import { at } from '../errors.js';
import { addScaled, dot, norm } from './vector.js';

/** A function's value and gradient at a point. */
export interface Evaluation {
  readonly value: number;
  /** As long as the point. */
  readonly gradient: Float64Array;
}

/** May compute anywhere (a compiled graph, say), hence a promise. It must not keep or change the point. */
export type Objective = (point: Float64Array) => Promise<Evaluation>;

export interface MinimizeOptions {
  /** Stops where the gradient's Euclidean length is at most this; 1e-8 by default. */
  readonly tolerance?: number;
  /** 1000 by default. */
  readonly maxIterations?: number;
  /** By how much a value may be wrong: 1e-6 or so for a mean that is computed in float32. 0 by default. */
  readonly noise?: number;
  /** How many steps the approximate Hessian remembers; 10 by default. */
  readonly memory?: number;
}

export interface Minimum extends Evaluation {
  readonly point: Float64Array;
  readonly iterations: number;
  /** Whether the gradient fell to the tolerance; if not, rounding or `maxIterations` ended the descent. */
  readonly converged: boolean;
}

/** A step taken: how point and gradient changed, and 1 / (change . gradientChange). */
interface Step {
  readonly change: Float64Array;
  readonly gradientChange: Float64Array;
  readonly rho: number;
}

interface Position extends Evaluation {
  readonly point: Float64Array;
}

/** Iterations without progress beyond the noise, after which there is none to be made. */
const PATIENCE = 10;
/** The Wolfe conditions' constants: a step brings this share of the decrease that the derivative promises ... */
const DECREASE = 1e-4;
/** ... and leaves at most this share of the derivative. */
const FLATNESS = 0.9;

/**
 * Minimises a smooth function by limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", 2006, algorithms
 * 7.4 and 7.5), with steps that satisfy the weak Wolfe conditions. In double precision; where the objective itself is
 * computed in single precision, say so by `noise`, and the descent goes as far as its gradients can tell the way.
 */
export async function minimize(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-8, maxIterations = 1000, noise = 0, memory = 10 }: MinimizeOptions = {},
): Promise<Minimum> {
  let here: Position = { point: start.slice(), ...(await objective(start)) };
  let steps: readonly Step[] = [];
  let lowest = { value: here.value, length: norm(here.gradient), iteration: 0 };
  for (let iteration = 0; ; iteration++) {
    const length = norm(here.gradient);
    if (here.value < lowest.value - noise || length < 0.9 * lowest.length)
      lowest = {
        value: Math.min(here.value, lowest.value),
        length: Math.min(length, lowest.length),
        iteration,
      };
    const converged = length <= tolerance;
    if (converged || iteration >= maxIterations || iteration >= lowest.iteration + PATIENCE)
      return { ...here, iterations: iteration, converged };
    let next = await lineSearch(objective, here, directionFrom(here.gradient, steps), noise);
    if (next === undefined && steps.length > 0) {
      // What was remembered may mislead; the steepest descent cannot, short of rounding.
      steps = [];
      next = await lineSearch(objective, here, directionFrom(here.gradient, steps), noise);
    }
    if (next === undefined) return { ...here, iterations: iteration, converged };
    steps = [...steps, stepBetween(here, next)].slice(-memory);
    here = next;
  }
}

/**
 * A point along the direction that satisfies the weak Wolfe conditions, by doubling and bisection (Lewis and Overton
 * 2013, algorithm 2.6): enough decrease, and a derivative that has flattened. Differences below the noise mean nothing;
 * there the decrease is judged by the derivative alone (Hager and Zhang 2005, the approximate Wolfe conditions).
 * `undefined` where there is none to be found.
 */
async function lineSearch(
  objective: Objective,
  here: Position,
  direction: Float64Array,
  noise: number,
): Promise<Position | undefined> {
  const derivative = dot(here.gradient, direction);
  if (!(derivative < 0)) return undefined;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let size = 1;
  for (let trial = 0; trial < 30; trial++) {
    const point = here.point.map((x, i) => x + size * at(direction, i));
    const there = { point, ...(await objective(point)) };
    const derivativeThere = dot(there.gradient, direction);
    const decreased =
      there.value <= here.value + DECREASE * size * derivative ||
      (there.value <= here.value + noise && derivativeThere <= (2 * DECREASE - 1) * derivative);
    if (!decreased) high = size;
    else if (derivativeThere < FLATNESS * derivative) low = size;
    else return there;
    size = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
  }
  return undefined;
}

/** Minus the approximate inverse Hessian times the gradient: the two-loop recursion. */
function directionFrom(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const alphas = steps.toReversed().map(({ change, gradientChange, rho }) => {
    const alpha = rho * dot(change, direction);
    addScaled(direction, gradientChange, -alpha);
    return alpha;
  });
  const last = steps.at(-1);
  // Without any knowledge of the curvature, the first trial has length 1.
  const scale =
    last === undefined ? 1 / norm(gradient) : 1 / (last.rho * dot(last.gradientChange, last.gradientChange));
  for (let i = 0; i < direction.length; i++) direction[i] = scale * (direction[i] ?? 0);
  steps.forEach(({ change, gradientChange, rho }, i) => {
    const beta = rho * dot(gradientChange, direction);
    addScaled(direction, change, at(alphas, alphas.length - 1 - i) - beta);
  });
  return direction;
}

function stepBetween(from: Position, to: Position): Step {
  const change = to.point.map((x, i) => x - at(from.point, i));
  const gradientChange = to.gradient.map((g, i) => g - at(from.gradient, i));
  // Positive, by the second Wolfe condition.
  return { change, gradientChange, rho: 1 / dot(change, gradientChange) };
}
