import { type Schedule, schedules, warmUp } from '../../optimizers/schedules.js';
import type { RunRecord } from '../folder/record.js';
import type { Settings } from '../options/settings.js';
import type { RunOptions } from '../options/train-options.js';

/** The course of a run's learning rate, as a factor. */
export function scheduleOf({ schedule, warmUp: steps }: RunOptions): Schedule {
  return steps === 0 ? schedules[schedule] : warmUp(schedules[schedule], steps);
}

/** Sum over all updates of the backbone's learning rate. */
export function summedLearningRate(
  options: RunOptions,
  { learningRate, batchSize }: Pick<Settings, 'learningRate' | 'batchSize'>,
  images: number,
): number {
  const updates = Math.floor((options.epochs * Math.floor(images / batchSize)) / options.accumulate);
  const course = scheduleOf(options);
  let sum = 0;
  for (let update = 0; update < updates; update++) sum += course(update, updates);
  return learningRate * options.backboneLrScale * sum;
}

/** The learning rate of a run at a batch, counted from 0. */
export function learningRateAt(batch: number, { options, settings, data }: RunRecord): number {
  const updates = (batches: number) => Math.floor(batches / options.accumulate);
  const total = options.epochs * Math.floor(data.train / settings.batchSize);
  return settings.learningRate * scheduleOf(options)(updates(batch), Math.max(1, updates(total)));
}
