import type { OnnxModel, OnnxNode } from './decode.js';

/**
 * A file of ours has GELU as `standard` writes it. Here it is one operator again, with its own gradient. Files of others,
 * which have their operands in another order, keep what they have.
 */
export function withGelu(model: OnnxModel): OnnxModel {
  if (!model.ours) return model;
  const producers = new Map(model.producers);
  for (const [name, node] of model.producers) {
    const input = geluOf(model, node);
    if (input === undefined) continue;
    const gelu: OnnxNode = { ...node, type: 'Gelu', domain: 'com.microsoft', inputs: [input] };
    producers.set(name, gelu);
  }
  return { ...model, producers };
}

/** The x of 0.5 ((1 + erf(x / sqrt 2)) x), if a node computes that. */
function geluOf(model: OnnxModel, node: OnnxNode): string | undefined {
  const [half, product] = operands(node, 'Mul');
  const [sum, x] = operands(model.producers.get(product), 'Mul');
  const [one, erf] = operands(model.producers.get(sum), 'Add');
  const [quotient] = operands(model.producers.get(erf), 'Erf');
  const [dividend, root] = operands(model.producers.get(quotient), 'Div');
  const same = dividend === x && x !== '';
  return same && isNumber(model, half, 0.5) && isNumber(model, one, 1) && isNumber(model, root, Math.SQRT2)
    ? x
    : undefined;
}

function operands(node: OnnxNode | undefined, type: string): readonly [string, string] {
  const [first = '', second = ''] = node?.type === type ? node.inputs : [];
  return [first, second];
}

function isNumber({ constants }: OnnxModel, name: string, expected: number): boolean {
  const stored = constants.get(name);
  return stored?.dtype === 'float32' && stored.shape.length === 0 && stored.data[0] === Math.fround(expected);
}
