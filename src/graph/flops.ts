import { at } from '../errors.js';
import { sizeOf } from './tensor.js';
import { topologicalOrder, type Value } from './value.js';

/** Floating-point operations of the convolutions and matrix products that the outputs need: two per multiply-add. */
export function countFlops(outputs: readonly Value[]): number {
  let total = 0;
  for (const { operator, inputs, outputs: results, attributes } of topologicalOrder(outputs)) {
    const [y] = results;
    if (y === undefined) continue;
    if (operator.name === 'Conv') total += 2 * sizeOf(y.shape) * sizeOf(at(inputs, 1).shape.slice(1));
    if (operator.name === 'MatMul') {
      const inner = at(inputs, 0).shape.at(attributes.transposeA === true ? -2 : -1) ?? 1;
      total += 2 * sizeOf(y.shape) * inner;
    }
  }
  return total;
}
