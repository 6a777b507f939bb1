import { rewrite } from '../graph/rewrite.js';
import type { Value } from '../graph/value.js';
import { activationAfterPooling } from './fusions/activation-after-pooling.js';
import type { Fusion } from './fusions/fusion.js';
import { normAfterPooling } from './fusions/norm-after-pooling.js';
import { normIntoLinear } from './fusions/norm-into-linear.js';
import { normIntoPointwise } from './fusions/norm-into-pointwise.js';
import { prefixIntoTable } from './fusions/prefix-into-table.js';
import { readersOf } from './readers.js';

const fusions: readonly Fusion[] = [
  activationAfterPooling,
  normIntoLinear,
  normIntoPointwise,
  prefixIntoTable,
];

/**
 * The same values by fewer passes over memory, on every device. It is done before gradients are taken, so that they
 * are those of the fused form. Values that belong to one graph must be given together, or their common part doubles.
 */
export function fuse(outputs: readonly Value[]): Value[] {
  const readers = readersOf(outputs);
  const fused = rewrite(outputs, (node, inputs) => {
    for (const fusion of fusions) {
      const results = fusion(node, inputs, readers);
      if (results !== undefined) return results;
    }
    return undefined;
  });
  return normAfterPooling(fused);
}
