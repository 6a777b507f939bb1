import { mean } from '../../analysis/statistics.js';
import { at } from '../../errors.js';
import { type Configuration, configuration } from './configuration.js';
import { stagesOf, survivors } from './halving.js';

/** One run of a search. */
export interface Trial {
  readonly method: string;
  /** Of its configuration; 0 are the defaults. */
  readonly number: number;
  readonly configuration: Configuration;
  /** From 0 on; the last one has all epochs. */
  readonly stage: number;
  /** Of its stage, of which the configuration has a share. */
  readonly epochs: number;
  /** Which cut of the validation images. */
  readonly fold: number;
}

/** How good a trial was, on its validation images. */
export interface Outcome {
  readonly accuracy: number;
  readonly loss: number;
}

export interface Tried {
  readonly trial: Trial;
  readonly outcome: Outcome;
}

/** A configuration that was trained for all epochs, with its outcome on each fold. */
export interface Finalist {
  readonly method: string;
  readonly number: number;
  readonly configuration: Configuration;
  readonly outcomes: readonly Outcome[];
}

export interface SearchOptions {
  readonly methods: readonly string[];
  readonly epochs: number;
  readonly seed: number;
  /** Of the last stage; known when the first run has ended. */
  folds(): number;
  /** Asked before each further configuration of the first stage: how many of each method there are to be. */
  count(): number;
  run(trial: Trial): Promise<Outcome>;
}

/**
 * Successive halving for each method by itself, with the same configurations and budget. All that is compared has the
 * same validation images. Best first.
 */
export async function search(options: SearchOptions): Promise<readonly Finalist[]> {
  const { methods, epochs, seed, run } = options;
  const stages = stagesOf(epochs);
  const tryOut = async (method: string, number: number, stage: number, fold: number): Promise<Tried> => {
    const trial = {
      method,
      number,
      configuration: configuration(number, seed),
      stage,
      epochs: at(stages, stage),
      fold,
    };
    return { trial, outcome: await run(trial) };
  };
  let remaining = new Map<string, Tried[]>(methods.map((method) => [method, []]));
  // Methods take turns: wherever the budget ends, all had the same.
  let count = 0;
  for (; count < options.count(); count++)
    for (const [method, tried] of remaining) tried.push(await tryOut(method, count, 0, 0));
  for (let stage = 1; stage < stages.length; stage++) {
    const next = new Map<string, Tried[]>();
    for (const [method, tried] of remaining) {
      const again: Tried[] = [];
      for (const { trial } of keep(tried, survivors(count, stage)))
        again.push(await tryOut(method, trial.number, stage, 0));
      next.set(method, again);
    }
    remaining = next;
  }
  const finals: Finalist[] = [];
  for (const { trial, outcome } of [...remaining.values()].flat()) {
    const { method, number } = trial;
    const outcomes = [outcome];
    for (let fold = 1; fold < options.folds(); fold++)
      outcomes.push((await tryOut(method, number, stages.length - 1, fold)).outcome);
    finals.push({ method, number, configuration: trial.configuration, outcomes });
  }
  return finals.sort((a, b) => byOutcome(meanOutcome(a.outcomes), meanOutcome(b.outcomes)));
}

/** The best ones, among them the defaults: what is chosen is compared with them. */
function keep(tried: readonly Tried[], count: number): Tried[] {
  const sorted = [...tried].sort((a, b) => byOutcome(a.outcome, b.outcome));
  const standard = sorted.filter(({ trial }) => trial.number === 0);
  const others = sorted.filter(({ trial }) => trial.number !== 0);
  return [...standard, ...others.slice(0, count - standard.length)];
}

/** By accuracy, of equals by the lower loss. */
function byOutcome(a: Outcome, b: Outcome): number {
  return b.accuracy - a.accuracy || a.loss - b.loss;
}

/** Over the folds. */
export function meanOutcome(outcomes: readonly Outcome[]): Outcome {
  return {
    accuracy: mean(outcomes.map(({ accuracy }) => accuracy)),
    loss: mean(outcomes.map(({ loss }) => loss)),
  };
}
