/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016, arXiv 1502.07943): many configurations are trained for a few
 * epochs, the best third of them for three times as many, and so on up to all epochs.
 */

/** Of how many configurations of a stage one goes on. */
const KEPT = 3;

/** Epochs of each stage; the last one has all of them. Each is a run of its own, with a whole schedule. */
export function stagesOf(epochs: number): readonly number[] {
  const stages = [epochs];
  for (
    let fewer = Math.round(epochs / KEPT);
    fewer >= 2 && stages.length < 3;
    fewer = Math.round(fewer / KEPT)
  )
    stages.unshift(fewer);
  return stages;
}

/** How many of `count` configurations are in a stage: not only the defaults, which are in all of them. */
export function survivors(count: number, stage: number): number {
  return Math.max(Math.min(2, count), Math.ceil(count / KEPT ** stage));
}

/** What a run takes on this machine. */
export interface Pace {
  /** Until the first step, and after the last epoch. */
  readonly startSeconds: number;
  readonly epochSeconds: number;
}

export interface Search {
  readonly methods: number;
  readonly epochs: number;
  /** Validation images are cut so many times for the configurations of the last stage. */
  readonly folds: number;
}

/** Runs of a whole search with `count` configurations of each method, and the final run. */
export function runsOf(count: number, { methods, epochs, folds }: Search): number {
  const stages = stagesOf(epochs);
  const perMethod = stages.reduce(
    (sum, _, stage) => sum + survivors(count, stage) * (stage === stages.length - 1 ? folds : 1),
    0,
  );
  return methods * perMethod + 1;
}

/** Seconds of a whole search with `count` configurations of each method, and of the final run. */
export function secondsOf(count: number, { methods, epochs, folds }: Search, pace: Pace): number {
  const run = (of: number) => pace.startSeconds + of * pace.epochSeconds;
  const stages = stagesOf(epochs);
  const last = stages.length - 1;
  const perMethod = stages.reduce(
    (sum, of, stage) => sum + survivors(count, stage) * run(of) * (stage === last ? folds : 1),
    0,
  );
  return methods * perMethod + run(epochs);
}

/** The largest number of configurations of each method for which a budget suffices; 0 where it does for none. */
export function affordable(seconds: number, search: Search, pace: Pace): number {
  let count = 0;
  while (count < MOST && secondsOf(count + 1, search, pace) <= seconds) count += 1;
  return count;
}

/**
 * Of so many that are drawn at random, one is among the best 2 % of all with a probability of 99 % (1 - 0.98^243), however many
 * dimensions are searched. A power of `KEPT`: whole thirds go on.
 */
const MOST = 243;
