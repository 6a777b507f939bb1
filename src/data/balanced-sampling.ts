import { at } from '../errors.js';
import { Random } from '../random.js';
import type { OrderOptions } from './batches.js';

/**
 * The images of each training batch of an epoch, as positions in the list, from `firstStep` on, such that over the epoch each
 * class occurs equally often, or once more: of a large class some images are left out, others in each epoch, and of a small
 * one each is there equally often, or once more.
 */
export function balancedSteps(
  labels: readonly number[],
  { batchSize, seed, epoch, firstStep = 0 }: OrderOptions,
): Int32Array[] {
  const steps = Math.floor(labels.length / batchSize);
  const random = new Random(seed, 'order', epoch);
  const order = Int32Array.from(drawn(labels, steps * batchSize, random));
  random.shuffle(order);
  return Array.from({ length: steps - firstStep }, (_, i) =>
    order.subarray((firstStep + i) * batchSize, (firstStep + i + 1) * batchSize),
  );
}

function drawn(labels: readonly number[], count: number, random: Random): number[] {
  const positions = new Map<number, number[]>();
  for (const [position, label] of labels.entries()) {
    const own = positions.get(label);
    if (own === undefined) positions.set(label, [position]);
    else own.push(position);
  }
  // Which classes have one more differs between epochs.
  const classes = random.shuffle([...positions.keys()].sort((a, b) => a - b));
  return classes.flatMap((label, i) => {
    const own = positions.get(label) ?? [];
    const wanted = Math.floor(count / classes.length) + Number(i < count % classes.length);
    random.shuffle(own);
    return Array.from({ length: wanted }, (_, j) => at(own, j % own.length));
  });
}
