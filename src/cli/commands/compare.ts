import { AdarandError } from '../../errors.js';
import type { Comparing } from '../../experiments/compare/launch.js';
import { compareFlagsSchema } from '../../experiments/compare/options/flags.js';
import { commandLine } from '../../run/command-line.js';
import { describeOptions, flagOf } from '../../run/options/describe-options.js';
import { createCompareProgress } from '../compare-progress.js';
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
    const { launchComparison } = await import('../../experiments/compare/launch.js');
    const progress = createCompareProgress({ json });
    const report = await supervise(launchComparison(what, progress.onEvent)).finally(() => progress.end());
    if (json) printJson({ type: 'result', ...report });
    else {
      const { conclusion } = await import('../compare-conclusion.js');
      print(`${conclusion(report).join('\n')}\n`);
    }
    if (report.failed > 0) process.exitCode = 1;
  },
} satisfies Command<typeof compareFlagsSchema>;

async function asked({ given, parse }: Typed): Promise<Comparing> {
  const { data = [], resume, retry, out } = parse(compareFlagsSchema);
  if (resume !== undefined) {
    refuseOthers(given, ['resume', 'retry'], `--resume continues an experiment as it began`, [
      '--resume',
      resume,
    ]);
    return { resume: { path: resume, retry } };
  }
  if (retry)
    throw new AdarandError(
      'cli.usage',
      '--retry trains failed runs of an experiment again, and none is named',
      'Give it with --resume.',
    );
  const { resolveExperiment } = await import('../../experiments/compare/options/resolve-experiment.js');
  const { experiment, where } = await written(given, data);
  return {
    start: { request: await resolveExperiment(experiment, where), out: out ?? experiment.out, where },
  };
}

async function written(given: Typed['given'], data: readonly string[]) {
  const [file] = data;
  if (file === undefined || !/\.ya?ml$/i.test(file)) {
    const { readFlags } = await import('../../experiments/compare/options/read-flags.js');
    const { data: _, ...flags } = given;
    return readFlags({ ...flags, data }, `See \`${commandLine('compare', '--help')}\`.`);
  }
  refuseOthers(given, ['out'], `${file} describes the whole experiment`, [file]);
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
  const others = describeOptions(compareFlagsSchema)
    .filter(({ key }) => key !== 'data' && !allowed.includes(key) && Object.hasOwn(given, key))
    .map((option) => `--${flagOf(option)}`);
  if (allowed.includes('resume') && Array.isArray(given.data) && given.data.length > 0)
    others.unshift('DATA');
  if (others.length === 0) return;
  throw new AdarandError(
    'cli.usage',
    `${why}: ${others.join(', ')} cannot be given, too`,
    commandLine('compare', ...words),
  );
}
