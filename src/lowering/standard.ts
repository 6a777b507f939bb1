import { add } from '../graph/operators/add.js';
import { div } from '../graph/operators/div.js';
import { erf } from '../graph/operators/erf.js';
import { mul } from '../graph/operators/mul.js';
import { rewrite } from '../graph/rewrite.js';
import type { Value } from '../graph/value.js';

/**
 * Replaces operators that only ONNX Runtime has by ONNX's own: for files that other programs read, too. GELU is in the
 * form of PyTorch's exporter, in which ONNX Runtime and others find it again.
 */
export function standard(outputs: readonly Value[]): Value[] {
  return rewrite(outputs, ({ operator }, inputs) => {
    const [x] = inputs;
    if (operator.name !== 'Gelu' || x === undefined) return undefined;
    return [mul(0.5, mul(add(1, erf(div(x, Math.SQRT2))), x))];
  });
}
