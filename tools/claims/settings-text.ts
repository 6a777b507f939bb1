import { fractionText } from '../../src/experiments/report/evidence/panels.js';
import { measuredSentence } from '../results/measured.js';
import type { Evidence } from './evidence/schema.js';
import type { Ground } from './ground.js';

/** What the experiments are that any claim was judged by, a paragraph for each, in the order of their names. */
export function settingsText(grounds: readonly Ground[]): string[] {
  const used = new Map(grounds.map(({ evidence }) => [evidence.name, evidence]));
  return Array.from(used.values())
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(experimentText);
}

function experimentText(evidence: Evidence): string {
  const { name, request, networks, runs } = evidence;
  const failed = runs.filter(({ status }) => status === 'failed').length;
  const options = Object.entries(request.options).map(([key, value]) => `${key} ${String(value)}`);
  return [
    `\`${name}\` ([evidence](../experiments/evidence/${name}.json)): ${runs.length} runs of ${request.methods.length} methods`,
    `with ${networks.map((one) => `${one.name} (${one.feature_size} features)`).join(', ')} on`,
    `${request.fractions.map(fractionText).join(' and ')} of the training images of ${datasetsText(evidence)};`,
    `${request.seeds.length} seeds. Options: ${options.join(', ')}; preset ${request.preset}.`,
    request.search === null
      ? 'Nothing was searched: weights of penalties are the defaults, by which a method may lose.'
      : `What is not given there of learning rate and lambda was chosen for each method from ${request.search} configurations, by the validation images of the first seed.`,
    ...(failed > 0 ? [`Runs that failed: ${failed}.`] : []),
    ...machinesText(evidence),
  ].join(' ');
}

/** The images of the first seed of each, and of the largest share. */
function datasetsText({ images }: Evidence): string {
  const names = Array.from(new Set(images.map(({ dataset }) => dataset))).sort();
  return names
    .flatMap((name) => {
      const own = images.filter(({ dataset }) => dataset === name);
      const [largest] = own.toSorted((a, b) => b.fraction - a.fraction || a.seed - b.seed);
      if (largest === undefined) return [];
      const { train, val, test, classes } = largest;
      return [`${name} (${train} training, ${val} validation and ${test} test images, ${classes} classes)`];
    })
    .join(', ');
}

/** With the last day of each. */
function machinesText({ machines, runs }: Evidence): string[] {
  return machines.flatMap((machine, index) => {
    const dates = runs.flatMap((run) =>
      run.status === 'finished' && run.machine === index ? [run.date] : [],
    );
    const date = dates.sort().at(-1);
    return date === undefined ? [] : [measuredSentence(machine, { date })];
  });
}
