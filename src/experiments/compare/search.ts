import { at, invariant } from '../../errors.js';
import type { TrainOptions } from '../../run/options/options.gen.js';
import { parseOptions } from '../../run/options/parse-options.js';
import { trainOptionsSchema } from '../../run/options/train-options.js';
import { type Criterion, isBetter } from '../../training/best-epoch.js';
import { configuration } from '../tune/configuration.js';
import { plannedRuns, runName } from './plan.js';
import type {
  ChosenConfiguration,
  ExperimentRecord,
  ExperimentRun,
  Place,
  TriedConfiguration,
} from './record.js';
import type { CompareRequest } from './request.js';
import { givenOptions, isAlike, runOptions } from './run-options.js';

/** Where the runs of a search are, inside the folder of the experiment. */
const SEARCH = 'search';

/** A configuration of a method for one dataset, network and fraction, on the first seed; 0 is what was given, or the defaults. */
export interface Trial extends Place {
  readonly configuration: number;
  readonly run: string;
}

/** All trials: each method has as many. Configuration by configuration, since the first one is what the others vary. */
export function plannedTrials(request: CompareRequest): Trial[] {
  const { search, seeds } = request;
  const kinds = plannedRuns(request).filter(({ seed }) => seed === seeds[0]);
  return Array.from({ length: search ?? 0 }, (_, number) =>
    kinds.map(({ dataset, model, method, fraction, seed, run }): Trial => {
      const place = { dataset, model, method, fraction, seed };
      return { ...place, configuration: number, run: `${SEARCH}/${runName(run)}-${number}` };
    }),
  ).flat();
}

export function isTried(trial: Trial, tried: readonly TriedConfiguration[]): boolean {
  return triedAs(trial, tried) !== undefined;
}

function triedAs(trial: Trial, tried: readonly TriedConfiguration[]): TriedConfiguration | undefined {
  return tried.find((one) => one.configuration === trial.configuration && isAlike(one, trial));
}

/** Trials as runs, for an estimate of what is left: those that cannot be told from the first one are none. */
export function trialsAsRuns(record: ExperimentRecord): ExperimentRun[] {
  return plannedTrials(record.request).flatMap((trial): ExperimentRun[] => {
    const { dataset, model, method, fraction, seed, run } = trial;
    const place = { dataset, model, method, fraction, seed, run };
    const tried = triedAs(trial, record.tried);
    if (tried?.status === 'finished') return [{ ...place, status: 'finished', seconds: tried.seconds }];
    if (tried?.status === 'failed')
      return [{ ...place, status: 'failed', seconds: tried.seconds, error: tried.error }];
    const first = triedAs({ ...trial, configuration: 0 }, record.tried);
    const isNone = first !== undefined && trialOptions(trial, record) === undefined;
    return isNone ? [] : [{ ...place, status: 'planned' }];
  });
}

/** Undefined for a configuration that cannot be told from the first one: all is given, or the first one is not known. */
export function trialOptions(trial: Trial, record: ExperimentRecord): TrainOptions | undefined {
  const base = {
    ...runOptions(trial, { ...record, chosen: [] }),
    test: false,
    predictions: false,
    diagnostics: false,
  };
  if (trial.configuration === 0) return base;
  const first = triedAs({ ...trial, configuration: 0 }, record.tried);
  if (first === undefined || first.learning_rate === null || first.lambda === null) return undefined;
  const given = givenOptions(trial, record.request);
  // A method without a penalty has no weight.
  const hasLambda = first.lambda > 0 && given.lambda === undefined;
  if (given.learningRate !== undefined && !hasLambda) return undefined;
  const factors = configuration(trial.configuration, at(record.request.seeds, 0));
  return parseOptions(trainOptionsSchema, {
    ...base,
    ...(given.learningRate === undefined && { learningRate: first.learning_rate * factors.learningRate }),
    ...(hasLambda && { lambda: first.lambda * factors.lambda }),
  });
}

/** The best configuration of each method for each dataset, network and fraction, by validation; the first where none could be trained. */
export function chooseAll(record: ExperimentRecord): ChosenConfiguration[] {
  const { request, tried } = record;
  return plannedTrials(request)
    .filter((trial) => trial.configuration === 0)
    .map((kind) => {
      const { chooseBy = 'accuracy' } = runOptions(kind, { ...record, chosen: [] });
      let best: Extract<TriedConfiguration, { status: 'finished' }> | undefined;
      for (const one of [...tried].sort((a, b) => a.configuration - b.configuration)) {
        if (one.status !== 'finished' || !isAlike(one, kind)) continue;
        if (isBetter(outcome(one, chooseBy), best && outcome(best, chooseBy), chooseBy)) best = one;
      }
      const { dataset, model, method, fraction } = kind;
      const place = { dataset, model, method, fraction };
      if (best === undefined) return { ...place, configuration: 0, options: {} };
      return { ...place, configuration: best.configuration, options: optionsOf(best) };
    });
}

function optionsOf({
  configuration: number,
  learning_rate: learningRate,
  lambda,
}: Extract<TriedConfiguration, { status: 'finished' }>): Readonly<Record<string, unknown>> {
  if (number === 0) return {};
  return { learningRate, ...(lambda > 0 && { lambda }) };
}

function outcome(
  {
    configuration: epoch,
    val_accuracy,
    val_balanced_accuracy,
    val_loss,
  }: Extract<TriedConfiguration, { status: 'finished' }>,
  chooseBy: Criterion,
) {
  invariant(
    chooseBy !== 'balanced-accuracy' || val_balanced_accuracy !== null,
    'a run that is chosen by its balanced accuracy has one',
  );
  return {
    epoch,
    accuracy: val_accuracy,
    balancedAccuracy: val_balanced_accuracy ?? undefined,
    loss: val_loss,
  };
}
