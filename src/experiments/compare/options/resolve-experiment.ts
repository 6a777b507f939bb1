import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { AdarandError } from '../../../errors.js';
import { absolute } from '../../../run/folder/absolute.js';
import { folderName } from '../plan.js';
import type { ComparedMethod, CompareRequest } from '../request.js';
import { comparedMethod } from './compared-method.js';
import type { Experiment, WrittenMethod } from './experiment.js';
import { MOST_THREADS } from './shared.js';
import { located, type Path, said, type Where } from './where.js';

const DEFAULT_METHODS = ['fine-tuning', 'adarand'];
const DEFAULT_SEEDS = 5;

/**
 * What was written, with every list written out. Threads are decided here, so that a run's bits do not depend on how many
 * are side by side.
 *
 * @throws AdarandError `config.invalid`, `method.unknown`, `method.option`, with the place of what is wrong.
 */
export async function resolveExperiment(experiment: Experiment, where: Where): Promise<CompareRequest> {
  const {
    data,
    model,
    models,
    methods,
    fractions = [100],
    seeds,
    seed,
    preset,
    keepWeights,
    out,
    parallel,
    search,
    ...shared
  } = experiment;
  const invalid = (path: Path, sentence: string, hint?: string) =>
    new AdarandError('config.invalid', located(where, path, sentence), hint ?? where.help);
  if (model !== undefined && models !== undefined)
    throw invalid(
      ['models'],
      `${where.nameOf(['model'])} and ${where.nameOf(['models'])} are both given`,
      'Name all models in one of them.',
    );
  const networks = listed(models ?? model);
  if (networks.length === 0) throw invalid([], `${where.nameOf(['model'])} is missing`);
  const distinct = <T>(key: string, values: readonly T[], nameOf: (value: T) => string): readonly T[] => {
    const seen = new Set<string>();
    for (const [i, value] of values.entries()) {
      const own = nameOf(value);
      if (seen.has(own))
        throw invalid([key, i], `${where.nameOf([key])} has ${own} twice`, 'Give each one once.');
      seen.add(own);
    }
    return values;
  };
  return {
    data: named(
      distinct(
        'data',
        listed(data).map((path) => resolve(path)),
        String,
      ),
    ),
    models: named(distinct(models === undefined ? 'model' : 'models', networks.map(absolute), String)),
    methods: [
      ...distinct('methods', await openAll(listed(methods ?? DEFAULT_METHODS), where), ({ label }) =>
        folderName(label),
      ),
    ],
    fractions: distinct('fractions', fractions, (percent) => `${percent} %`).map((percent) => percent / 100),
    seeds: [...distinct('seeds', seedsOf(seeds, seed, invalid), String)],
    preset: preset ?? 'none',
    keepWeights: keepWeights ?? false,
    search: search ?? null,
    options: {
      ...shared,
      threads: shared.threads ?? Math.min(availableParallelism(), MOST_THREADS),
      ...(shared.source !== undefined && { source: absolute(shared.source) }),
    },
  };
}

function listed<T>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return isList(given) ? given : [given];
}

function isList<T>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given);
}

function seedsOf(
  seeds: Experiment['seeds'],
  first: number | undefined,
  invalid: (path: Path, sentence: string, hint?: string) => AdarandError,
): readonly number[] {
  if (typeof seeds !== 'object')
    return Array.from({ length: seeds ?? DEFAULT_SEEDS }, (_, i) => (first ?? 0) + i);
  if (first === undefined) return seeds;
  throw invalid(['seed'], 'the first seed is given, and a list of seeds, too', 'Give one of them.');
}

async function openAll(written: readonly WrittenMethod[], where: Where): Promise<ComparedMethod[]> {
  const methods: ComparedMethod[] = [];
  for (const [i, method] of written.entries())
    methods.push(
      await comparedMethod(method).catch((error: unknown) => {
        throw placed(error, where, ['methods', i]);
      }),
    );
  return methods;
}

/** An error about a part of the experiment, with its place. */
export function placed(error: unknown, where: Where, path: Path): unknown {
  if (!(error instanceof AdarandError)) return error;
  return new AdarandError(error.code, said(where, path, error.message), error.hint, error);
}

/** What folders are called: two of one name are told apart by numbers. */
function named(paths: readonly string[]): { name: string; path: string }[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const own = folderName(basename(path).replace(/\.(onnx|safetensors)$/i, ''));
    let name = own;
    for (let n = 2; taken.has(name); n++) name = `${own}-${n}`;
    taken.add(name);
    return { name, path };
  });
}
