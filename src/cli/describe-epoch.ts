import { percent } from '../format-accuracy.js';

/** An epoch that has ended, by what is logged of it. */
export interface LoggedEpoch {
  readonly epoch: number;
  readonly epochs: number;
  readonly best: boolean;
  readonly metrics: Readonly<Record<string, number>>;
}

/** With the balanced accuracy where classes are unbalanced: only there does it say something else. */
export function describeEpoch({ epoch, epochs, metrics, best }: LoggedEpoch, unbalanced: boolean): string {
  const { loss = Number.NaN, accuracy = Number.NaN } = metrics;
  const { val_accuracy: validated, val_balanced_accuracy: balanced } = metrics;
  const means = unbalanced && balanced !== undefined ? ` (balanced ${percent(balanced)})` : '';
  const validation = validated === undefined ? '' : `  val ${percent(validated)}${means}`;
  if (epoch === 0 && validated !== undefined)
    return `epoch ${'0'.padStart(String(epochs).length)}/${epochs}  linear probe${validation}`;
  return (
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  loss ${lossText(loss)}  ` +
    `train ${percent(accuracy)}${validation}${best ? '  best so far' : ''}`
  );
}

/** Three decimals; of what has grown beyond sense, its first digits and its power of ten. */
export function lossText(loss: number): string {
  return Math.abs(loss) < 1e5 ? loss.toFixed(3) : loss.toPrecision(3);
}

/**
 * Whether training has diverged, by an epoch's task loss: that of a classifier that knows nothing is the logarithm of the
 * number of classes, and of one that is sure of wrong answers some tens.
 */
export function hasDiverged({ metrics: { task_loss: loss } }: Pick<LoggedEpoch, 'metrics'>): boolean {
  return loss !== undefined && loss > BEYOND_SENSE;
}

const BEYOND_SENSE = 1000;
