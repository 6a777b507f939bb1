import { at } from '../errors.js';
import { FNV_BASIS, fnvNext } from '../fnv.js';
import { interpret } from './interpret.js';
import { rewrite } from './rewrite.js';
import { sizeOf, type Tensor, type TensorType } from './tensor.js';
import { apply, constant, isConstantOf, type Node, sameType, type Value } from './value.js';

/** Constants of more elements than this are left for the runtime to compute: a graph file should stay small. */
const FOLD_LIMIT = 65_536;

/**
 * The passes that every graph goes through: constants folded, sums with 0 and products with 1 dropped, equal
 * subexpressions shared. (Code that nobody needs is never visited, hence gone.)
 */
export function simplify(outputs: readonly Value[]): Value[] {
  const seen = new Map<string, readonly Value[]>();
  const numbers = new Map<Value, number>();
  const identify = (value: Value): number => {
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
  const shared = sharedConstants();
  return rewrite(outputs, (node, given) => {
    const inputs = given.map(shared);
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
  if (isConstantOf(b, element) && sameType(a, y)) return [a];
  if ((name === 'Add' || name === 'Mul') && isConstantOf(a, element) && sameType(b, y)) return [b];
  return undefined;
}

function folded(node: Node, inputs: readonly Value[]): readonly Value[] | undefined {
  const small = node.outputs.every((output) => sizeOf(output.shape) <= FOLD_LIMIT);
  if (!small || !inputs.every((input) => input.origin.kind === 'constant')) return undefined;
  const rebuilt = apply(node.operator, inputs, node.attributes);
  return interpret(rebuilt).map((data, i) => constant(narrow(data, at(rebuilt, i))));
}

/** A function to the one value that stands for all constants of the same type and content. */
function sharedConstants(): (value: Value) => Value {
  const known = new Map<Value, Value>();
  const buckets = new Map<string, { value: Value; bits: Bits }[]>();
  return (value) => {
    const { origin } = value;
    if (origin.kind !== 'constant') return value;
    const before = known.get(value);
    if (before !== undefined) return before;
    const bits = bitsOf(origin.tensor);
    const key = `${value.dtype}[${value.shape}]${hashOf(bits)}`;
    const bucket = buckets.get(key) ?? [];
    buckets.set(key, bucket);
    const same = bucket.find((other) => areEqual(bits, other.bits));
    if (same === undefined) bucket.push({ value, bits });
    known.set(value, same?.value ?? value);
    return same?.value ?? value;
  };
}

type Bits = Int32Array | Uint8Array;

/** A tensor's memory, word by word where it is made of words: NaN and the signs of zeros are told apart. */
function bitsOf({ data: { buffer, byteOffset, byteLength } }: Tensor): Bits {
  return byteOffset % 4 === 0 && byteLength % 4 === 0
    ? new Int32Array(buffer, byteOffset, byteLength / 4)
    : new Uint8Array(buffer, byteOffset, byteLength);
}

/** Words that are looked at: large constants are indices, and of one shape there are few. */
const HASHED = 1024;

/** Of some words. */
function hashOf(bits: Bits): number {
  let hash = FNV_BASIS;
  const step = Math.ceil(bits.length / HASHED);
  for (let i = 0; i < bits.length; i += step) hash = fnvNext(hash, at(bits, i));
  return hash >>> 0;
}

function areEqual(a: Bits, b: Bits): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Back from double precision to the element type that the graph says. */
function narrow(data: Float64Array, { dtype, shape }: TensorType): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'int8':
      return { dtype, shape, data: Int8Array.from(data) };
    case 'uint8':
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(data, BigInt) };
  }
}
