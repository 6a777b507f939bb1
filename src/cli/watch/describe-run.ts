import { duration } from '../../duration.js';
import { sparkline } from '../../figures/sparkline.js';
import { accuracyWithInterval, percent } from '../../format-accuracy.js';
import { printableName } from '../../printable.js';
import { commandLine } from '../../run/command-line.js';
import type { PreparingRun, RunStatus } from '../../run/use/watch/run-status.js';
import { describeEpoch } from '../describe-epoch.js';
import { short } from '../format.js';
import { bar } from './bar.js';

/** A run as some lines of a terminal; of one that is a part of something, it is the whole that is continued. */
export function describeRun(run: RunStatus | PreparingRun, { isPart = false } = {}): string[] {
  if (run.state === 'preparing') return [`${printableName(run.path)}: ${stateOf(run)}`];
  return [
    `${printableName(run.path)}: ${printableName(run.method)} on ${printableName(run.model)}, ${printableName(run.data)}`,
    isPart && (run.state === 'stopped' || run.state === 'dead') ? run.state : stateOf(run),
    progressOf(run),
    ...lastEpoch(run),
    ...bestEpoch(run),
    ...curve(run),
    ...outcome(run),
  ];
}

/** What is new of a run since it was looked at before, as lines that stay. */
export function newsOfRun(
  before: RunStatus | PreparingRun | undefined,
  now: RunStatus | PreparingRun,
): string[] {
  if (now.state === 'preparing') return before?.state === 'preparing' ? [] : describeRun(now);
  if (before === undefined || before.state === 'preparing')
    return describeRun(now).filter((line) => line !== '');
  const known = new Set(before.epoch_metrics.map(({ epoch }) => epoch));
  const epochs = now.epoch_metrics.filter(({ epoch }) => !known.has(epoch));
  return [
    ...(before.state === now.state && before.holder === now.holder ? [] : [stateOf(now)]),
    ...epochs.map((epoch) => describeEpoch({ ...epoch, epochs: now.epochs }, false)),
    ...(before.state === 'finished' ? [] : outcome(now)),
  ];
}

/** `[#####-----] 50 %  about 12 s left  2 of 5 epochs, batch 24 of 50  loss 0.431`. */
export function progressOf({
  state,
  epoch,
  epochs,
  step,
  total_steps,
  seconds_left,
  last_step,
}: RunStatus): string {
  const share = total_steps === 0 ? 1 : step / total_steps;
  const parts = [
    bar(state === 'finished' ? 1 : share),
    ...(state === 'running' && seconds_left !== null ? [`about ${duration(seconds_left)} left`] : []),
    `${epoch} of ${epochs} epochs, batch ${step} of ${total_steps}`,
    ...(last_step?.loss === undefined ? [] : [`loss ${last_step.loss.toFixed(3)}`]),
  ];
  return parts.join('  ');
}

function stateOf(run: RunStatus | PreparingRun): string {
  switch (run.state) {
    case 'preparing':
      return `being prepared by ${run.holder}: training has not begun`;
    case 'running':
      return `running (${run.holder})`;
    case 'finished':
      return 'finished';
    case 'stopped':
      return `stopped; continue with: ${commandLine('train', '--resume', run.path)}`;
    case 'dead':
      return `its process is dead; continue with: ${commandLine('train', '--resume', run.path)}`;
  }
}

function lastEpoch({ epoch_metrics, epochs }: RunStatus): string[] {
  const last = epoch_metrics.at(-1);
  return last === undefined ? [] : [describeEpoch({ ...last, epochs }, false)];
}

function bestEpoch({ best_epoch: best, epoch_metrics }: RunStatus): string[] {
  const metrics = epoch_metrics.find(({ epoch }) => epoch === best)?.metrics;
  if (best === null || metrics?.val_accuracy === undefined) return [];
  const loss = metrics.val_loss === undefined ? '' : `, loss ${short(metrics.val_loss)}`;
  return [
    `best so far: ${best === 0 ? 'the linear probe' : `epoch ${best}`}, val ${percent(metrics.val_accuracy)}${loss}`,
  ];
}

function curve({ epoch_metrics }: RunStatus): string[] {
  const values = epoch_metrics.flatMap(({ metrics }) => metrics.val_accuracy ?? []);
  if (values.length < 2) return [];
  return [`val ${sparkline(values)}  ${percent(Math.min(...values))} to ${percent(Math.max(...values))}`];
}

function outcome({ summary }: RunStatus): string[] {
  if (summary === null) return [];
  const { test_accuracy: accuracy, test_interval: interval, test_images: images } = summary;
  return accuracy === null || interval === null
    ? ['not tested']
    : [`test accuracy ${accuracyWithInterval(accuracy, interval)} on ${images} images`];
}
