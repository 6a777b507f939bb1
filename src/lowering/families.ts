import { at } from '../errors.js';
import { type Shape, sameShape } from '../graph/tensor.js';
import { type Node, topologicalOrder, type Value } from '../graph/value.js';
import { readersOf } from './readers.js';

/** Outputs that share the elementwise expressions that end in them: the next values of a parameter and of its slots. */
export interface Family {
  /** Of each output, and of each tensor that they are made of. */
  readonly shape: Shape;
  readonly outputs: readonly Value[];
  /** The tensors that the expressions are made of, in the order in which these name them. */
  readonly own: readonly Value[];
  /** The expressions' nodes, by what they compute. */
  readonly nodes: ReadonlyMap<Value, Node>;
  /** The expressions in words: families of one form differ in their own tensors alone. */
  readonly form: string;
}

/** The families among outputs, of float32, in the order of their first outputs. */
export function familiesOf(outputs: readonly Value[]): Family[] {
  const nodes = endings(outputs);
  const members = new Map<Value, Value[]>();
  const leaderOf = leaders(nodes);
  for (const output of new Set(outputs)) {
    if (!nodes.has(output)) continue;
    const leader = leaderOf(output);
    const known = members.get(leader);
    if (known === undefined) members.set(leader, [output]);
    else known.push(output);
  }
  const numberName = numberNames();
  return [...members.values()].map((own) => described(own, nodes, numberName));
}

/**
 * Elementwise nodes, by what they compute, that only outputs of the same shape depend on: what else reads a value would have
 * to wait for it, or compute it again.
 */
function endings(outputs: readonly Value[]): ReadonlyMap<Value, Node> {
  const readers = readersOf(outputs);
  const found = new Map<Value, Node>();
  for (const node of topologicalOrder(outputs).reverse()) {
    const [output] = node.outputs;
    if (!node.operator.elementwise || output === undefined || output.dtype !== 'float32') continue;
    const ends = readers(output).every((reader) => {
      const read = reader === 'output' ? output : at(reader.outputs, 0);
      return sameShape(read.shape, output.shape) && (reader === 'output' || found.has(read));
    });
    if (ends && node.inputs.every((operand) => fits(operand, output.shape))) found.set(output, node);
  }
  return found;
}

/** A tensor of the family, or one number for all of it. */
function fits({ shape, dtype }: Value, family: Shape): boolean {
  return dtype === 'float32' && (sameShape(shape, family) || shape.length === 0);
}

/** A function to one value of each connected part of the expressions. */
function leaders(nodes: ReadonlyMap<Value, Node>): (value: Value) => Value {
  const parents = new Map<Value, Value>();
  const leaderOf = (value: Value): Value => {
    let leader = value;
    for (let up = parents.get(leader); up !== undefined; up = parents.get(leader)) leader = up;
    return leader;
  };
  for (const [value, { inputs }] of nodes)
    for (const operand of inputs) {
      const [a, b] = [leaderOf(value), leaderOf(operand)];
      if (nodes.has(operand) && a !== b) parents.set(b, a);
    }
  return leaderOf;
}

function described(
  outputs: readonly Value[],
  nodes: ReadonlyMap<Value, Node>,
  numberName: (value: Value) => string,
): Family {
  const { shape } = at(outputs, 0);
  const names = new Map<Value, string>();
  const own: Value[] = [];
  const used = new Map<Value, Node>();
  const steps: string[] = [];
  const nameOf = (value: Value): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const name = newName(value);
    names.set(value, name);
    return name;
  };
  const newName = (value: Value): string => {
    const node = nodes.get(value);
    if (node === undefined)
      return sameShape(value.shape, shape) ? `own${own.push(value)}` : numberName(value);
    used.set(value, node);
    const operands = node.inputs.map(nameOf);
    return `node${steps.push(`${node.operator.name}(${operands})${JSON.stringify(node.attributes)}`)}`;
  };
  const ends = outputs.map(nameOf);
  return { shape, outputs, own, nodes: used, form: [...steps, ends].join('; ') };
}

/** Names for single numbers: the same for what is the same constant, input or expression. */
function numberNames(): (value: Value) => string {
  const names = new Map<Value, string>();
  const nameOf = (value: Value): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const name = inWords(value);
    names.set(value, name);
    return name;
  };
  const inWords = ({ origin, dtype }: Value): string => {
    if (origin.kind === 'constant') return `${dtype} ${origin.tensor.data}`;
    if (origin.kind === 'input') return `input ${origin.name}`;
    const { operator, inputs, attributes } = origin.node;
    if (!operator.elementwise || inputs.some(({ shape }) => shape.length > 0)) return `number ${names.size}`;
    return `${operator.name}(${inputs.map(nameOf)})${JSON.stringify(attributes)}`;
  };
  return nameOf;
}
