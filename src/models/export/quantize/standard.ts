import { at } from '../../../errors.js';
import { Gelu } from '../../../graph/operators/gelu.js';
import { add, div, erf, mul } from '../../../graph/ops.js';
import { rewrite } from '../../../graph/rewrite.js';
import type { Value } from '../../../graph/value.js';

/** GELU, which is an operator of ONNX Runtime's own, in those of ONNX, as ONNX Runtime knows it again. */
export function standard(outputs: readonly Value[]): Value[] {
  return rewrite(outputs, (node, inputs) => {
    if (node.operator.name !== Gelu.name) return undefined;
    const x = at(inputs, 0);
    return [mul(mul(x, add(erf(div(x, Math.SQRT2)), 1)), 0.5)];
  });
}
