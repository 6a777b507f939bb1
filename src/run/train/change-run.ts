import { AdarandError } from '../../errors.js';
import type { Position } from '../../training/checkpoint.js';
import { type EndReason, endReasons } from '../../training/end-reasons.js';
import { commandLine } from '../command-line.js';
import type { RunChange, RunRecord, RunSummary } from '../folder/record.js';
import { flagName } from '../options/flag-name.js';
import { lengthOf, stepsAt } from './check-position.js';
import { changeMicroBatch, microBatchOf } from './micro-batch.js';
import { learningRateAt } from './schedule-of.js';

/** What may be changed when a run is resumed. */
export interface Changeable {
  /** Where the same images are now; absolute. */
  readonly data?: string | undefined;
  readonly epochs?: number | undefined;
  readonly patience?: number | undefined;
  readonly microBatch?: number | undefined;
}

const changeable = ['data', 'epochs', 'patience', 'microBatch'] as const satisfies (keyof Changeable)[];

/** A run to be resumed, as it is on disk. */
export interface Resumed {
  readonly path: string;
  readonly record: RunRecord;
  readonly position: Position;
  /** Of a run that has ended. */
  readonly summary: RunSummary | undefined;
}

export interface ChangedRun {
  readonly record: RunRecord;
  /** What the user will want to know before training. */
  readonly remarks: readonly string[];
}

/**
 * The record of a run whose length, whose images computed at a time, or whose folder of images is changed; undefined where it stays as it is.
 *
 * The schedule is a function of the number of epochs, so from here on it is that of the new number: a cosine that had come
 * down goes up again.
 *
 * @throws AdarandError `run.finished` for a run that has ended and would end at once again, `config.epochs-done`,
 * `config.micro-batch`.
 */
export function changeRun(run: Resumed, asked: Changeable): ChangedRun | undefined {
  const { record, position, summary } = run;
  const { data, epochs, patience } = record.options;
  const to = {
    data: asked.data ?? data,
    epochs: asked.epochs ?? epochs,
    patience: asked.patience ?? patience,
  };
  if (epochs === 0 && (summary !== undefined || to.epochs > 0)) throw probeAlone(run);
  const divided = changeMicroBatch(record, asked.microBatch);
  const changed: Pick<RunChange, 'data' | 'epochs' | 'patience' | 'micro_batch'> = {
    ...divided?.change,
    ...(to.data !== data && { data: { from: data, to: to.data } }),
    ...(to.epochs !== epochs && { epochs: { from: epochs, to: to.epochs } }),
    ...(to.patience !== undefined &&
      to.patience !== patience && { patience: { from: patience ?? null, to: to.patience } }),
  };
  if (changed.epochs !== undefined) checkDone(changed.epochs.to, position);
  const change: RunChange = {
    time: new Date().toISOString(),
    step: stepsAt(record, position),
    ...changed,
    ...(summary !== undefined && { test_accuracy: summary.test_accuracy }),
  };
  const next: RunRecord = {
    ...record,
    options: { ...record.options, ...to },
    settings: { ...record.settings, ...divided?.settings },
    changes: [...(record.changes ?? []), change],
  };
  const reasons = endReasons(position, lengthOf(next));
  const isSame = Object.keys(changed).length === 0;
  if (summary !== undefined && (isSame || reasons.length > 0)) throw finished(run, next, reasons);
  if (isSame) return undefined;
  return {
    record: next,
    remarks: [
      ...(divided?.remarks ?? []),
      ...describe(run, change, next),
      ...(reasons.length > 0 ? [endsHere] : []),
    ],
  };
}

/** One for each of the options that were given and that the run has already. */
export function unchanged({ options, settings }: RunRecord, asked: Changeable): string[] {
  const has: Changeable = { ...options, microBatch: microBatchOf(settings) };
  return changeable
    .filter((name) => asked[name] !== undefined && asked[name] === has[name])
    .map((name) => `${typed(name, `${asked[name]}`).join(' ')} changes nothing: the run has it already`);
}

/** As they are typed. */
export function changeFlags(asked: Changeable): string[] {
  return changeable.flatMap((name) => {
    const value = asked[name];
    return value === undefined ? [] : typed(name, String(value));
  });
}

/** The images are named before the options. */
function typed(name: keyof Changeable, value: string): string[] {
  return name === 'data' ? [value] : [`--${flagName(name)}`, value];
}

/**
 * Whether a position is the end of an epoch that was to be the last one when its checkpoint was written, so that no epoch
 * callback was run after it. A change is made at a checkpoint's position, after it was written.
 */
export function wasLastEpoch(record: RunRecord, position: Position): boolean {
  const { options, changes = [] } = record;
  const steps = stepsAt(record, position);
  const since = changes.find(({ step, epochs }) => epochs !== undefined && step >= steps);
  const planned = since?.epochs?.from ?? options.epochs;
  return position.batch === 0 && position.epoch === planned;
}

const endsHere = 'with this, the run ends here: what was trained so far is tested and exported';

/** Nothing was decided for a run without epochs that a longer one could go on with. */
function probeAlone({ path }: Resumed): AdarandError {
  return new AdarandError(
    'run.finished',
    `${path} is a linear probe: it was to have no epochs`,
    'To train on from such a probe, start a new run.',
  );
}

function checkDone(epochs: number, { epoch, batch }: Position): void {
  const begun = epoch + (batch > 0 ? 1 : 0);
  if (epochs >= begun) return;
  throw new AdarandError(
    'config.epochs-done',
    `--epochs ${epochs} is too few: ${epoch} epochs are done${batch > 0 ? ', and the next one has begun' : ''}`,
    `Choose an --epochs of at least ${begun}.`,
  );
}

function describe(
  { record, summary }: Resumed,
  { step, data, epochs, patience }: RunChange,
  next: RunRecord,
): string[] {
  const remarks: string[] = [];
  if (data !== undefined) remarks.push(`the run's images are now in ${data.to}, not in ${data.from}`);
  if (epochs !== undefined) {
    const { schedule } = record.options;
    const rate = (batch: number, of: RunRecord) => Number(learningRateAt(batch, of).toPrecision(3));
    const moved =
      step === 0
        ? ''
        : `: the learning rate was ${rate(step - 1, record)} in the last step and is ${rate(step, next)} in the next`;
    remarks.push(
      `the run now has ${epochs.to} epochs, not ${epochs.from}, and its schedule (${schedule}) is that of ${epochs.to} from here on${moved}`,
    );
  }
  if (patience !== undefined)
    remarks.push(
      `the patience is now ${patience.to} epochs${patience.from === null ? '; before, there was none' : `, not ${patience.from}`}`,
    );
  if (summary !== undefined && summary.test_accuracy !== null)
    remarks.push('the run had ended and was tested: its test images are now used a second time');
  return remarks;
}

/** With the command that would continue it, if there is one. */
function finished(
  { path, record, position }: Resumed,
  next: RunRecord,
  reasons: readonly EndReason[],
): AdarandError {
  const { epochs, patience } = next.options;
  const best = position.best?.epoch ?? position.epoch;
  const why: Readonly<Record<EndReason, string>> = {
    epochs: `its ${epochs} epochs are done`,
    'max-steps': `its ${record.options.maxSteps} steps (--max-steps) are done`,
    patience: `no epoch after epoch ${best} was better, and its patience is ${patience}`,
  };
  const longer = [
    ...(reasons.includes('epochs') ? ['--epochs', String(2 * epochs)] : []),
    ...(reasons.includes('patience') ? ['--patience', String(2 * (position.epoch - best))] : []),
  ];
  const hint = reasons.includes('max-steps')
    ? 'For more steps, start a new run.'
    : `To train on, for example: ${commandLine('train', '--resume', path, ...longer)}`;
  return new AdarandError(
    'run.finished',
    `${path} is finished already: ${reasons.map((reason) => why[reason]).join(', and ')}`,
    `See ${path}/summary.json. ${hint}`,
  );
}
