import type { OnnxModel, OnnxNode } from './decode.js';
import { storedBehind } from './stored-behind.js';

/**
 * Whether a stored tensor of one element is called as an attribute of a module, `stages.1.alpha`: that is how PyTorch
 * names what is learned. A number that was written in the code is called otherwise: `val_3`, `/act/Constant_output_0`,
 * `onnx::Mul_7`.
 */
export function isAttribute(name: string): boolean {
  return /^[A-Za-z_]\w*(\.\w+)+$/.test(name);
}

/** Whether such a tensor may be learned, by a name that does not tell: `alpha`, but not `val_3`. */
export function mayBeLearned(name: string): boolean {
  return /^[A-Za-z_]\w*(\.\w+)*$/.test(name) && !/^(_?val|_?v|const|scalar|ortshared|t|c)?_?\d/.test(name);
}

/** Operators whose result is above 0, if that is so of their first input. */
const keeping: ReadonlySet<string> = new Set([
  ...['Cast', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze'],
  ...[
    'GlobalAveragePool',
    'GlobalMaxPool',
    'Pow',
    'Reciprocal',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceSum',
    'Sqrt',
  ],
]);

const positive: ReadonlySet<string> = new Set(['Exp', 'Sigmoid', 'Softmax', 'Softplus']);

/** Whether every element of a value is above 0, as is seen of the operators before it: a power's exponent has a gradient there. */
export function isPositive(name: string, model: OnnxModel): boolean {
  for (
    let node = model.producers.get(name);
    node !== undefined;
    node = model.producers.get(node.inputs[0] ?? '')
  ) {
    if (positive.has(node.type) || (node.type === 'Clip' && lowerLimit(node, model) > 0)) return true;
    if (!keeping.has(node.type)) return false;
  }
  return false;
}

/** An attribute up to operator set 10, an input from 11. */
function lowerLimit({ inputs, attributes }: OnnxNode, model: OnnxModel): number {
  const limit = model.constants.get(storedBehind(inputs[1] ?? '', model));
  return Number(limit?.data[0] ?? attributes.get('min')?.f ?? Number.NEGATIVE_INFINITY);
}
