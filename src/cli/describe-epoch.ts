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
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  loss ${loss.toFixed(3)}  ` +
    `train ${percent(accuracy)}${validation}${best ? '  best so far' : ''}`
  );
}
