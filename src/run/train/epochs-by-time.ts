import { rm } from 'node:fs/promises';
import { duration } from '../../duration.js';
import { AdarandError } from '../../errors.js';
import { writeChunksAtomic } from '../../files/atomic.js';
import type { Pace } from '../../training/pace.js';
import { Trainer } from '../../training/trainer.js';
import { throwIfStopped } from '../events.js';
import { FileCheckpoints } from '../folder/checkpoints.js';
import { parseKeptEpochs } from '../options/kept-epochs.js';
import type { Run } from './run.js';
import { trainerOptions } from './run-training.js';
import { trainingData } from './training-data.js';

/** Share of the time that is planned with; the rest is for what is not measured. */
const PLANNED = 0.95;

/** Share by which the advised time is longer than what was measured: the next measurement may be slower. */
const MARGIN = 1.3;

/** Seconds of a run: of one epoch, and of everything else, before and after. */
export interface Plan {
  readonly epoch: number;
  readonly around: number;
}

/**
 * How many epochs of a run there is time for, from `began` (of `performance.now`) on, by steps that are measured; says so.
 *
 * @throws AdarandError `config.minutes` with the minutes that would do, where not even one epoch fits.
 */
export async function epochsByTime(
  run: Run,
  { minutes, began }: { readonly minutes: number; readonly began: number },
): Promise<number> {
  const { host } = run;
  const plan = await measuredPlan(run, began);
  const epochs = affordable(60 * minutes, plan);
  if (epochs < 1) throw tooShort(minutes, plan);
  host.emit({
    type: 'remark',
    text:
      `--minutes ${minutes} is time for ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}: one takes ${about(plan.epoch)} here, ` +
      `by the steps that were measured, and everything before and after them ${duration(plan.around)}`,
  });
  return epochs;
}

/** What a run takes here, by steps that are measured; what has passed since `began` (of `performance.now`) counts. */
export async function measuredPlan(run: Run, began: number): Promise<Plan> {
  const { host, options, settings, inputs, method } = run;
  const compiling = performance.now();
  const { pace, compiled, saving } = await measured(run);
  throwIfStopped(host);
  const spent = (performance.now() - began) / 1000;
  const { dataset } = inputs;
  const trainPass = Math.ceil(dataset.train.images.length / settings.evalBatchSize);
  const kept = options.keepFeatures === undefined ? undefined : parseKeptEpochs(options.keepFeatures);
  const everyEpoch = options.diagnostics || kept?.all === true;
  const plan = planOf(pace, saving, {
    train: Math.floor(dataset.train.images.length / settings.batchSize),
    val: Math.ceil(dataset.val.images.length / settings.evalBatchSize),
    test: options.test ? Math.ceil(dataset.test.images.length / settings.evalBatchSize) : 0,
    predicted: method.epochCallback === undefined ? 0 : trainPass / method.epochCallback.epochs,
    diagnosed: everyEpoch ? trainPass : 0,
    kept: everyEpoch || kept === undefined ? 0 : trainPass * (kept.numbers.length + 1),
  });
  // What was compiled to be measured is compiled again.
  return { ...plan, around: spent + (compiled - compiling) / 1000 + plan.around };
}

async function measured(run: Run) {
  const { options, settings, inputs, held, host } = run;
  // What there is to be said, the trainer that trains says.
  const quiet = { ...host, emit: () => {} };
  host.emit({ type: 'phase', phase: 'compile' });
  const trainer = await Trainer.create(trainerOptions(run), {
    compile: inputs.compile,
    data: trainingData(inputs, options, settings, quiet),
    checkpoints: new FileCheckpoints(held.folder.checkpoints),
    emit: quiet.emit,
    stop: host.stop,
  });
  const compiled = performance.now();
  try {
    host.emit({ type: 'phase', phase: 'measure' });
    const pace = await trainer.measure();
    const checkpoints = inputs.dataset.val.images.length > 0 ? 2 : 1;
    const saving = checkpoints * (await secondsToWrite(held.folder.preparation, trainer.checkpointBytes));
    return { pace, compiled, saving };
  } finally {
    await trainer.release();
  }
}

const SAMPLE_BYTES = 2 ** 25;

/** Seconds to write so many bytes, by a part of them, at a path where nothing is yet. */
async function secondsToWrite(path: string, bytes: number): Promise<number> {
  const sample = new Uint8Array(Math.min(bytes, SAMPLE_BYTES));
  const began = performance.now();
  await writeChunksAtomic(path, [sample]);
  const seconds = (performance.now() - began) / 1000;
  await rm(path);
  return (seconds * bytes) / sample.length;
}

function about(seconds: number): string {
  return seconds < 0.1 ? 'less than 0.1 s' : `about ${duration(seconds)}`;
}

/** Batches of an epoch, of its validation, those that a method's callback predicts and that are diagnosed; of all epochs, of the test and of features that are kept of some. */
type Batches = Readonly<Record<'train' | 'val' | 'predicted' | 'diagnosed' | 'test' | 'kept', number>>;

/** `saving` are the seconds that an epoch's checkpoints take. */
export function planOf({ step, evaluation, diagnosis }: Pace, saving: number, batches: Batches): Plan {
  const { train, val, predicted, diagnosed, test, kept } = batches;
  const diagnosing = diagnosed * evaluation + diagnosis;
  return {
    epoch: train * step + (val + predicted) * evaluation + diagnosing + saving,
    // What training begins with is validated and diagnosed, too.
    around: (val + test + kept) * evaluation + diagnosing,
  };
}

export function affordable(seconds: number, { epoch, around }: Plan): number {
  return Math.max(0, Math.floor((PLANNED * seconds - around) / epoch));
}

function tooShort(minutes: number, { epoch, around }: Plan): AdarandError {
  const enough = Math.ceil((MARGIN * (epoch + around)) / PLANNED / 6) / 10;
  return new AdarandError(
    'config.minutes',
    `--minutes ${minutes} is too little: one epoch takes ${about(epoch)} here, and everything before and after it ${duration(around)}`,
    `Choose a --minutes of at least ${enough}; a smaller --train-fraction, --image-size or part to --train takes less.`,
  );
}
