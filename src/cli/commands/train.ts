import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isUnbalanced } from '../../data/imbalance.js';
import { duration } from '../../duration.js';
import { AdarandError } from '../../errors.js';
import { formatBytes } from '../../files/format-bytes.js';
import {
  accuracyWithInterval,
  chosenBy,
  ofSomeClasses,
  percent,
  withMirrorImages,
} from '../../format-accuracy.js';
import { commandLine } from '../../run/command-line.js';
import type { RunSummary } from '../../run/folder/record.js';
import { resume } from '../../run/operations/resume.js';
import { train } from '../../run/operations/train.js';
import { optionRegistry } from '../../run/options/option.js';
import type { ResumeOptions } from '../../run/options/options.gen.js';
import type { AskedOptions } from '../../run/options/train-options.js';
import { givenBeside } from '../given-beside.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { profileTable } from '../profile-table.js';
import { print } from '../terminal.js';
import type { Command, Typed } from './command.js';

const { microBatch } = resume.request.shape;

const options = z.strictObject({
  ...train.request.shape,
  microBatch,
  profile: z.boolean().default(false).register(optionRegistry, {
    description: 'Say at the end what the time went into, and how much of it was inside ONNX Runtime.',
    group: 'Run',
  }),
  resume: z
    .string()
    .min(1)
    .optional()
    .register(optionRegistry, {
      description:
        'Continue this run, which was stopped or killed, with the options that it began with; --epochs and --patience ' +
        'may be given, also to train on a run that has ended, --micro-batch where memory ran out, and the folder of the ' +
        'images where it was moved.',
      group: 'Input and output',
      value: 'run',
    }),
});

export const command = {
  options,
  arguments: ['data'],
  async run(typed) {
    const { given, json } = typed;
    const summary =
      given.resume === undefined
        ? await perform(train, await runOptions(typed), { json })
        : await perform(resume, resumeOptions(typed), { json });
    if (json) printJson({ type: 'result', ...summary });
    else print(`${[...conclusion(summary), ...profiled(summary, given.profile === true)].join('\n')}\n`);
  },
} satisfies Command<typeof options>;

/** Checked here as well as in the process that trains, so that a mistake is reported without waiting for its start. */
async function runOptions({ given, parse }: Typed): Promise<AskedOptions> {
  if (given.model === undefined && typeof given.data === 'string') {
    const { modelMissing } = await import('../model-missing.js');
    throw await modelMissing(given.data);
  }
  if (given.microBatch !== undefined)
    throw new AdarandError(
      'cli.usage',
      '--micro-batch changes a run that is resumed, by --resume',
      'In a new run, --batch-size 16 --accumulate 2 computes 16 images at a time and updates after 32.',
    );
  const { profile: _, ...asked } = parse(options.omit({ resume: true, microBatch: true }));
  // The methods would make `train --help` slow.
  const { checkOptions } = await import('../../run/options/check-options.js');
  const { methodWords } = await import('../../run/method/method-words.js');
  const methodOptions = await methodWords(asked.method, asked.methodOptions);
  return (await checkOptions({ ...asked, methodOptions })).options;
}

/** A run continues as it began, apart from its length, how many images are computed at a time, and where the same images are. */
function resumeOptions({ given, parse }: Typed): ResumeOptions {
  const { run, ...changeable } = resume.request.shape;
  const others = givenBeside(given, command, ['resume', 'profile', ...Object.keys(changeable)]);
  const { resume: path, ...changes } = parse(z.object({ resume: run, ...changeable }));
  if (others.length === 0) return { run: path, ...changes };
  throw new AdarandError(
    'cli.usage',
    `--resume continues a run as it began, apart from --epochs, --patience, --micro-batch and a new place of its images: ${others.join(', ')} cannot be given again`,
    commandLine('train', '--resume', path),
  );
}

function profiled({ profile }: RunSummary, isAsked: boolean): string[] {
  return isAsked && profile !== null ? ['', profileTable(profile)] : [];
}

function conclusion(summary: RunSummary): string[] {
  const { run, test_accuracy: accuracy, test_interval: interval } = summary;
  const result =
    accuracy === null || interval === null
      ? `not tested: ${summary.test_images === 0 ? 'there are no test images' : 'the test images were left alone'}`
      : `test accuracy ${accuracyWithInterval(accuracy, interval)} on ${summary.test_images} images${ofSomeClasses(summary.test_classes, summary.classes)}${withMirrorImages(summary)}`;
  const folders = ['checkpoints', 'tensorboard', 'features'].filter((name) => existsSync(join(run, name)));
  const files = [
    'model.onnx',
    'summary.json',
    'metrics.jsonl',
    'images.jsonl',
    'run.json',
    'predictions.csv',
  ];
  const written = [
    ...files.filter((name) => existsSync(join(run, name))),
    ...folders.map((name) => `${name}/`),
  ];
  return [
    '',
    result,
    ...balanced(summary),
    keptEpoch(summary),
    ...timeAndMemory(summary),
    `written: ${run}/ with ${written.join(', ')}`,
    `see it: ${commandLine('look', run)}`,
    `next: ${commandLine('predict', run)} IMAGE...   or   ${commandLine('export', run)} --to DIR`,
  ];
}

function timeAndMemory({ seconds_per_epoch, peak_memory_bytes }: RunSummary): string[] {
  const time = seconds_per_epoch === null ? [] : [`${duration(seconds_per_epoch)} per epoch`];
  const memory = peak_memory_bytes === null ? [] : [`${formatBytes(peak_memory_bytes)} of memory at most`];
  const both = [...time, ...memory];
  return both.length === 0 ? [] : [both.join(', ')];
}

/** Where classes are unbalanced, accuracy alone says little about the small ones. */
function balanced(summary: RunSummary): string[] {
  const { imbalance, test_balanced_accuracy: tested, val_balanced_accuracy: validated } = summary;
  const { test_classes: inTest, val_classes: inVal, classes } = summary;
  if (imbalance === null || !isUnbalanced(imbalance)) return [];
  const parts = [
    ...(tested === null ? [] : [`${percent(tested)} on the test images${ofSomeClasses(inTest, classes)}`]),
    ...(validated === null ? [] : [`${percent(validated)} in validation${ofSomeClasses(inVal, classes)}`]),
  ];
  if (parts.length === 0) return [];
  const ratio = `the largest class has ${imbalance.toFixed(1)} times the training images of the smallest`;
  return [`balanced accuracy ${parts.join(', ')}: the mean over classes, since ${ratio}`];
}

function keptEpoch(summary: RunSummary): string {
  const { best_epoch: best, epochs, val_accuracy: validated, probe_val_accuracy: probe } = summary;
  const some = ofSomeClasses(summary.val_classes, summary.classes);
  const measured = (accuracy: number) =>
    `validation accuracy ${percent(accuracy)}${some === '' ? '' : ` on images${some}`}`;
  if (epochs === 0) return `this is the linear probe${validated === null ? '' : `: ${measured(validated)}`}`;
  if (validated === null) return `kept the last epoch, ${best}: there were no validation images to choose by`;
  const chosen = chosenBy(summary) ?? measured(validated);
  if (best === 0) return `kept the linear probe: ${chosen}, and none of ${epochs} epochs had a better one`;
  const kept = `kept epoch ${best} of ${epochs}: ${chosen}`;
  return probe === null || summary.choose_by !== 'accuracy'
    ? kept
    : `${kept}, after ${percent(probe)} of the linear probe`;
}
