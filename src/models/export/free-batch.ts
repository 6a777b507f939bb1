import { AdarandError, at, invariant } from '../../errors.js';
import { noGradient, type Primitive } from '../../graph/operator.js';
import { Reshape } from '../../graph/operators/reshape.js';
import { rewrite } from '../../graph/rewrite.js';
import { sameShape } from '../../graph/tensor.js';
import { apply, type Node, sameType, topologicalOrder, type Value } from '../../graph/value.js';

/**
 * A graph for any batch size, from a function that builds it for a given one. Shapes are static, so the batch size
 * is written into what reshapes; but a graph built for 11 images and the same built for 13 (numbers that are no
 * layer's size by chance) differ exactly where it is.
 *
 * @throws AdarandError `export.fixed-batch` where more than a reshape depends on it.
 */
export function freeBatch(build: (batch: number) => readonly Value[]): Value[] {
  const outputs = build(11);
  const nodes = topologicalOrder(outputs);
  const counterparts = topologicalOrder(build(13));
  invariant(nodes.length === counterparts.length, 'a network has as many operators for any number of images');
  const counterpartOf = new Map(nodes.map((node, i) => [node, at(counterparts, i)]));
  return rewrite(outputs, (node, [x]) => {
    const counterpart = counterpartOf.get(node);
    if (counterpart === undefined || x === undefined) return undefined;
    if (node.operator.name === Reshape.name) return reshapeAnyBatch(node, counterpart, x);
    if (!sameButForShapes(node, counterpart)) throw fixedBatch(node);
    return undefined;
  });
}

/** Reshape whose file form leaves the batch open: 0 (as in the input) or -1 (what is left) in its place. */
const ReshapeAnyBatch: Primitive<
  { readonly shape: readonly number[]; readonly target: readonly number[] },
  1,
  1
> = {
  kind: 'primitive',
  name: 'ReshapeAnyBatch',
  doc: 'Reshape for any batch size, in exported files.',
  infer: ([x], { shape }) => [{ dtype: x.dtype, shape }],
  gradient: () => [noGradient],
  evaluate: ([x]) => [x.data],
  emit: (e, [x = ''], { attributes: { target } }) =>
    e.op('Reshape', [x, e.int64(Array.isArray(target) ? target : [])]),
  samples: [],
};

function reshapeAnyBatch(node: Node, counterpart: Node, x: Value): readonly Value[] | undefined {
  const { shape } = at(node.outputs, 0);
  const other = at(counterpart.outputs, 0).shape;
  const varying = [...shape.keys()].filter((axis) => shape[axis] !== other[axis]);
  const [axis] = varying;
  if (axis === undefined) return undefined;
  if (varying.length > 1) throw fixedBatch(node);
  const source = at(counterpart.inputs, 0).shape;
  const copied = x.shape[axis] === shape[axis] && source[axis] === other[axis];
  return apply(ReshapeAnyBatch, [x], { shape, target: shape.with(axis, copied ? 0 : -1) });
}

/** Whether the two nodes are the same to a runtime: operator, attributes, constants. */
function sameButForShapes(a: Node, b: Node): boolean {
  if (a.operator !== b.operator || JSON.stringify(a.attributes) !== JSON.stringify(b.attributes))
    return false;
  return a.inputs.every((input, i) => sameConstant(input, at(b.inputs, i)));
}

function sameConstant(a: Value, b: Value): boolean {
  if (a.origin.kind !== 'constant' || b.origin.kind !== 'constant') return a.origin.kind === b.origin.kind;
  const [x, y] = [a.origin.tensor, b.origin.tensor];
  return sameType(a, b) && sameShape(x.shape, y.shape) && x.data.every((element, i) => element === y.data[i]);
}

function fixedBatch({ operator }: Node): AdarandError {
  return new AdarandError(
    'export.fixed-batch',
    `The network cannot be exported for any number of images: its ${operator.name} depends on how many there are`,
    'Choose another model, or export it from code that makes no tensor of the size of the batch.',
  );
}
