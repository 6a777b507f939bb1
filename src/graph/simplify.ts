import { interpret } from './interpret.js';
import { rewrite } from './rewrite.js';
import { sizeOf, type Tensor, type TensorType } from './tensor.js';
import { apply, constant, type Node, sameType, type Value } from './value.js';

/** Constants of more elements than this are left for the runtime to compute: a graph file should stay small. */
const FOLD_LIMIT = 65_536;

/**
 * The passes that every graph goes through: constants folded, sums with 0 and products with 1 dropped, equal
 * subexpressions shared. (Code that nobody needs is never visited, hence gone.)
 */
export function simplify(outputs: readonly Value[]): Value[] {
  const seen = new Map<string, readonly Value[]>();
  const names = new Map<Value, number>();
  const constants = new Map<string, Value>();
  const identify = (value: Value): number => {
    const canonical = value.source.kind === 'constant' ? share(constants, value) : value;
    const known = names.get(canonical);
    if (known !== undefined) return known;
    names.set(canonical, names.size);
    return names.size - 1;
  };
  return rewrite(outputs, (node, inputs) => {
    const shorter = neutral(node, inputs) ?? folded(node, inputs);
    if (shorter !== undefined) return shorter;
    const key = `${node.operator.name}(${inputs.map(identify)})${JSON.stringify(node.attributes)}`;
    const before = seen.get(key);
    if (before !== undefined) return before;
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const rebuilt = same ? node.outputs : apply(node.operator, inputs, node.attributes);
    seen.set(key, rebuilt);
    return rebuilt;
  });
}

/** x + 0, x - 0, x * 1 and x / 1, where they do not change x's shape. */
function neutral(node: Node, [a, b]: readonly Value[]): readonly Value[] | undefined {
  const [y] = node.outputs;
  if (a === undefined || b === undefined || y === undefined) return undefined;
  const { name } = node.operator;
  const element = name === 'Add' || name === 'Sub' ? 0 : name === 'Mul' || name === 'Div' ? 1 : undefined;
  if (element === undefined) return undefined;
  if (isFilled(b, element) && sameType(a, y)) return [a];
  if ((name === 'Add' || name === 'Mul') && isFilled(a, element) && sameType(b, y)) return [b];
  return undefined;
}

function isFilled(value: Value, element: number): boolean {
  return (
    value.source.kind === 'constant' && value.source.tensor.data.every((each) => Number(each) === element)
  );
}

function folded(node: Node, inputs: readonly Value[]): readonly Value[] | undefined {
  const small = node.outputs.every((output) => sizeOf(output.shape) <= FOLD_LIMIT);
  if (!small || !inputs.every((input) => input.source.kind === 'constant')) return undefined;
  const rebuilt = apply(node.operator, inputs, node.attributes);
  return interpret(rebuilt).map((data, i) =>
    constant(narrow(data, rebuilt[i] ?? { dtype: 'float32', shape: [] })),
  );
}

/** The one value that stands for all constants of the same type and content. */
function share(constants: Map<string, Value>, value: Value): Value {
  if (value.source.kind !== 'constant' || sizeOf(value.shape) > 64) return value;
  const key = `${value.dtype}[${value.shape}]${value.source.tensor.data.join()}`;
  const before = constants.get(key);
  if (before === undefined) constants.set(key, value);
  return before ?? value;
}

/** Back from double precision to the element type that the graph says. */
function narrow(data: Float64Array, { dtype, shape }: TensorType): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'uint8':
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(data, BigInt) };
  }
}
