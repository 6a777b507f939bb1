import { AdarandError } from '../../errors.js';
import type { NewExperiment } from '../../experiments/compare/compare.js';
import type { Comparing } from '../../experiments/compare/launch.js';
import { compareFlagsSchema } from '../../experiments/compare/options/flags.js';
import type { Launched } from '../../process/launch.js';
import { commandLine } from '../../run/command-line.js';
import { createCompareProgress } from '../compare-progress.js';
import { givenBeside } from '../given-beside.js';
import { printJson } from '../json.js';
import { supervise } from '../supervise.js';
import { print } from '../terminal.js';
import type { Command, Typed } from './command.js';

export const command = {
  options: compareFlagsSchema,
  arguments: ['data'],
  async run(typed) {
    const { json } = typed;
    const what = await asked(typed);
    const { launchComparison, launchDryRun } = await import('../../experiments/compare/launch.js');
    const { conclusion, expectation } = await import('../compare-conclusion.js');
    const progress = createCompareProgress({ json });
    const supervised = <Result>(launched: Launched<Result>) =>
      supervise(launched).finally(() => progress.end());
    const show = (result: object, lines: readonly string[]) =>
      json ? printJson({ type: 'result', ...result }) : print(`${lines.join('\n')}\n`);
    if ('measure' in what) {
      const expected = await supervised(launchDryRun(what.measure, progress.onEvent));
      show(expected, expectation(expected));
      return;
    }
    const report = await supervised(launchComparison(what, progress.onEvent));
    show(report, conclusion(report, { profile: typed.given.profile === true }));
    if (report.failed > 0) process.exitCode = 1;
  },
} satisfies Command<typeof compareFlagsSchema>;

async function asked({ given, parse }: Typed): Promise<Comparing | { readonly measure: NewExperiment }> {
  const { data = [], resume, retry, out, parallel, dryRun, profile } = parse(compareFlagsSchema);
  if (dryRun && profile)
    throw new AdarandError(
      'cli.usage',
      '--profile says what the time of runs went into, and --dry-run trains none',
      'Leave one of them out.',
    );
  if (resume !== undefined) {
    refuseOthers(
      given,
      ['resume', 'retry', 'parallel', 'profile'],
      `--resume continues an experiment as it began`,
      ['--resume', resume],
    );
    return { resume: { path: resume, retry, parallel } };
  }
  if (retry)
    throw new AdarandError(
      'cli.usage',
      '--retry trains failed runs of an experiment again, and none is named',
      'Give it with --resume.',
    );
  const { resolveExperiment } = await import('../../experiments/compare/options/resolve-experiment.js');
  const { experiment, where } = await written(given, data);
  const experimentOf = {
    request: await resolveExperiment(experiment, where),
    out: out ?? experiment.out,
    parallel: parallel ?? experiment.parallel,
    where,
  };
  return dryRun ? { measure: experimentOf } : { start: experimentOf };
}

async function written(given: Typed['given'], data: readonly string[]) {
  const [file] = data;
  if (file === undefined || !/\.ya?ml$/i.test(file)) {
    const { readFlags } = await import('../../experiments/compare/options/read-flags.js');
    const { data: _, dryRun: __, retry: ___, profile: ____, ...flags } = given;
    return readFlags({ ...flags, data }, `See \`${commandLine('compare', '--help')}\`.`);
  }
  refuseOthers(
    given,
    ['data', 'out', 'parallel', 'dryRun', 'profile'],
    `${file} describes the whole experiment`,
    [file],
  );
  if (data.length > 1)
    throw new AdarandError(
      'cli.usage',
      `${file} describes the whole experiment, and ${data.length - 1} more arguments are given`,
      'Write all folders into the file.',
    );
  const { readYaml } = await import('../../experiments/compare/options/read-yaml.js');
  return readYaml(file);
}

function refuseOthers(
  given: Typed['given'],
  allowed: readonly string[],
  why: string,
  words: readonly string[],
): void {
  const others = givenBeside(given, command, allowed);
  if (others.length === 0) return;
  throw new AdarandError(
    'cli.usage',
    `${why}: ${others.join(', ')} cannot be given, too`,
    commandLine('compare', ...words),
  );
}
