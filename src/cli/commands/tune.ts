import { z } from 'zod';
import { duration } from '../../duration.js';
import { AdarandError } from '../../errors.js';
import { launchTuning, type Tuning } from '../../experiments/tune/launch.js';
import type { TuneReport } from '../../experiments/tune/record.js';
import { formatTable } from '../../figures/table.js';
import { accuracyWithInterval, percent } from '../../format-accuracy.js';
import { commandLine } from '../../run/command-line.js';
import { optionRegistry } from '../../run/options/option.js';
import { resumeTuneOptionsSchema, tuneOptionsSchema } from '../../run/options/tune-options.js';
import { short } from '../format.js';
import { givenBeside } from '../given-beside.js';
import { printJson } from '../json.js';
import { supervise } from '../supervise.js';
import { print } from '../terminal.js';
import { createTuneProgress } from '../tune-progress.js';
import type { Command, Typed } from './command.js';

const options = z.strictObject({
  ...tuneOptionsSchema.shape,
  resume: resumeTuneOptionsSchema.shape.resume.optional().register(optionRegistry, {
    description: 'Continue this search, which was stopped or killed; --minutes or --trials may be given.',
    group: 'Input and output',
    value: 'search',
  }),
});

export const command = {
  options,
  arguments: ['data'],
  async run(typed) {
    const { json } = typed;
    const what = await asked(typed);
    const progress = createTuneProgress({ json });
    const report = await supervise(launchTuning(what, progress.onEvent)).finally(() => progress.end());
    if (json) printJson({ type: 'result', ...report });
    else print(`${conclusion(report).join('\n')}\n`);
  },
} satisfies Command<typeof options>;

async function asked({ given, parse }: Typed): Promise<Tuning> {
  if (given.resume === undefined) {
    if (given.model === undefined && typeof given.data === 'string') {
      const { modelMissing } = await import('../model-missing.js');
      throw await modelMissing(given.data);
    }
    const { typedRequest } = await import('../../experiments/tune/typed-request.js');
    return { start: await typedRequest(parse(tuneOptionsSchema)) };
  }
  const { shape } = resumeTuneOptionsSchema;
  const { resume: path, minutes, trials } = parse(z.looseObject(shape));
  const others = givenBeside(given, command, Object.keys(shape));
  if (others.length > 0)
    throw new AdarandError(
      'cli.usage',
      `--resume continues a search as it began, apart from --minutes and --trials: ${others.join(', ')} cannot be given again`,
      commandLine('tune', '--resume', path),
    );
  return { resume: path, minutes, trials };
}

function conclusion({
  path,
  configurations,
  runs,
  folds,
  val_images,
  finalists,
  seconds,
  best,
}: TuneReport): string[] {
  const { run } = best;
  const hasSpread = folds > 1;
  const columns = [
    'method',
    'configuration',
    'learning rate',
    'lambda',
    'augment',
    'smoothing',
    'epochs',
    'validation',
    ...(hasSpread ? ['sd'] : []),
  ];
  const rows = finalists.map((one) => [
    one.method,
    one.configuration === 0 ? 'the defaults' : one.configuration,
    short(one.learning_rate),
    short(one.lambda),
    one.augment,
    short(one.label_smoothing),
    one.epochs,
    percent(one.val_accuracy),
    ...(hasSpread ? [percent(one.val_sd ?? 0)] : []),
  ]);
  const { test_accuracy: accuracy, test_interval: interval } = best;
  return [
    '',
    `${configurations} configurations of each method were tried in ${runs} runs; those that were trained for all epochs, by ${val_images} validation images${hasSpread ? ` in ${folds} cuts` : ''}:`,
    formatTable(
      columns.map((title) => ({ title })),
      rows,
    ),
    '',
    accuracy === null || interval === null
      ? 'the best one, trained once more, was not tested'
      : `the best one, trained once more: test accuracy ${accuracyWithInterval(accuracy, interval)} on ${best.test_images} images, which nothing had looked at`,
    'its validation accuracy was the best of many, and flatters it; the test accuracy does not',
    `${duration(seconds)} in all`,
    `written: ${path}/ with best/ (a run), trials/ (runs without their weights), tune.json`,
    `next: ${commandLine('predict', run)} IMAGE...   or   ${commandLine('export', run)} --to DIR`,
  ];
}
