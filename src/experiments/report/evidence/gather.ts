import { basename, resolve } from 'node:path';
import { didYouMean } from '../../../did-you-mean.js';
import { AdarandError, at } from '../../../errors.js';
import { isMethodName, methodNames } from '../../../methods/index.js';
import { checkEvidence } from './check-evidence.js';
import { type Evidence, type FinishedRun, isFinished, type RunEvidence } from './evidence.js';
import { placesOf } from './labels.js';
import { isExperiment, readExperiment } from './read-experiment.js';
import { readRecord, readRun } from './read-run.js';

/**
 * Reads experiments and runs; their images are looked at later.
 *
 * @param paths folders of experiments and of runs
 * @param baseline label of the method that others are compared with; undefined: that of plain fine-tuning, or
 *   where there is none, the first method of the experiment
 * @throws AdarandError `run.not-a-run`, `run.damaged`, `report.nothing`, `report.mixed`, `report.same-place`, `report.baseline`.
 */
export async function gatherEvidence(
  paths: readonly string[],
  baseline: string | undefined,
): Promise<Omit<Evidence, 'images'>> {
  const experiments = paths.filter(isExperiment);
  const runs: RunEvidence[] = [];
  for (const path of experiments) runs.push(...(await readExperiment(path)));
  const others = paths.filter((path) => !experiments.includes(path));
  runs.push(...(await readRuns(others, runs.filter(isFinished))));
  const split = checkEvidence(runs);
  const plain = baselineOf(runs, baseline);
  const first = experiments.length === 0 ? undefined : runs[0]?.place.method;
  const chosen = plain ?? first;
  return {
    title: paths.length === 1 ? basename(resolve(at(paths, 0))) : `${runs.length} runs`,
    methods: inOrder(runs, chosen),
    baseline: chosen,
    split,
    runs,
    remarks: [
      ...remarksOn(runs, split),
      ...(plain === undefined && first !== undefined
        ? [`No run is of plain fine-tuning: methods are compared with ${first}, the first of the experiment.`]
        : []),
      ...(baseline === undefined ? remarksOnBaseline(runs) : []),
    ],
  };
}

/** Beside those of experiments. */
async function readRuns(
  paths: readonly string[],
  experiments: readonly FinishedRun[],
): Promise<RunEvidence[]> {
  const records = await Promise.all(paths.map(readRecord));
  const places = placesOf(records, experiments);
  const runs: RunEvidence[] = [];
  for (const [i, path] of paths.entries()) runs.push(await readRun(path, at(places, i)));
  return runs;
}

/** The label that was given, or that of plain fine-tuning: the shortest, without options of its own. */
function baselineOf(runs: readonly RunEvidence[], given: string | undefined): string | undefined {
  const labels = Array.from(new Set(runs.map(({ place }) => place.method)));
  if (given === undefined) return plainMethods(runs)[0] ?? labels.find((label) => label === 'fine-tuning');
  if (labels.includes(given)) return given;
  throw new AdarandError(
    'report.baseline',
    `no run has the method ${given}.${didYouMean(given, labels)}`,
    `The methods here: ${labels.join(', ')}.`,
  );
}

/** Labels of plain fine-tuning with a result, the shortest first. */
function plainMethods(runs: readonly RunEvidence[]): string[] {
  const plain = runs.filter(isFinished).filter(({ record }) => record.options.method === 'fine-tuning');
  const labels = Array.from(new Set(plain.map(({ place }) => place.method)));
  return labels.sort((a, b) => a.length - b.length);
}

/** Where several could be it, and none is without options of its own. */
function remarksOnBaseline(runs: readonly RunEvidence[]): string[] {
  const [first, second] = plainMethods(runs);
  if (first === undefined || second === undefined || first === 'fine-tuning') return [];
  return [
    `Several methods are plain fine-tuning: methods are compared with ${first}; --baseline names another one.`,
  ];
}

/** The baseline first, then as the methods are listed, then by label. */
function inOrder(runs: readonly RunEvidence[], baseline: string | undefined): string[] {
  const labels = Array.from(new Set(runs.map(({ place }) => place.method)));
  const placeOf = (label: string) => {
    if (label === baseline) return -1;
    const name = label.split('(')[0] ?? label;
    return isMethodName(name) ? methodNames.indexOf(name) : methodNames.length;
  };
  return labels.sort((a, b) => placeOf(a) - placeOf(b));
}

function remarksOn(runs: readonly RunEvidence[], split: Evidence['split']): string[] {
  const count = (status: RunEvidence['status']) => runs.filter((run) => run.status === status).length;
  const [failed, unfinished] = [count('failed'), count('unfinished')];
  const seeds = new Set(runs.map(({ place }) => place.seed)).size;
  return [
    ...(failed > 0
      ? [`${failed} of ${runs.length} runs failed. Means are over those that did not, and say so.`]
      : []),
    ...(unfinished > 0 ? [`${unfinished} of ${runs.length} runs are not finished.`] : []),
    ...(split === 'val'
      ? [
          'No run was tested: all accuracies are of the validation images, which chose the epochs, and are too high.',
        ]
      : []),
    ...(seeds === 1 ? ['There is one seed: nothing here tells what is due to chance.'] : []),
  ];
}
