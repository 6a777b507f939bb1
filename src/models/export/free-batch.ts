import { AdarandError, at, invariant } from '../../errors.js';
import { broadcastReader } from '../../graph/broadcast.js';
import { noGradient, type Primitive } from '../../graph/operator.js';
import { Expand } from '../../graph/operators/expand.js';
import { Reshape } from '../../graph/operators/reshape.js';
import { rewrite } from '../../graph/rewrite.js';
import { type Shape, sameShape, sizeOf } from '../../graph/tensor.js';
import { apply, type Node, sameType, topologicalOrder, type Value } from '../../graph/value.js';

/** How many images the values of a graph for any batch size are of: a number that is no layer's size by chance. */
export const TRACED_IMAGES = 11;

/**
 * A graph for any batch size, from functions that make the images and build it for a given one. Shapes are static, so
 * the batch size is written into what reshapes, or repeats a tensor for each image; but a graph built for 11 images and
 * the same built for 13 (which is no layer's size either) differ exactly where it is.
 *
 * @throws AdarandError `export.fixed-batch` where more than that depends on it.
 */
export function freeBatch(
  imagesOf: (batch: number) => Value,
  build: (images: Value) => readonly Value[],
): Value[] {
  const images = imagesOf(TRACED_IMAGES);
  const outputs = build(images);
  const nodes = topologicalOrder(outputs);
  const counterparts = topologicalOrder(build(imagesOf(13)));
  invariant(nodes.length === counterparts.length, 'a network has as many operators for any number of images');
  const counterpartOf = new Map(nodes.map((node, i) => [node, at(counterparts, i)]));
  return rewrite(outputs, (node, [x]) => {
    const counterpart = counterpartOf.get(node);
    if (counterpart === undefined || x === undefined) return undefined;
    if (node.operator.name === Reshape.name) return reshapeAnyBatch(node, counterpart, x);
    if (node.operator.name === Expand.name) return expandAnyBatch(node, counterpart, x, images);
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

/** Expand with an axis as long as there are images. */
const ExpandAnyBatch: Primitive<{ readonly shape: readonly number[]; readonly axis: number }, 2, 1> = {
  kind: 'primitive',
  name: 'ExpandAnyBatch',
  doc: 'Expand for any batch size, in exported files: an axis becomes as long as there are images.',
  infer: ([x], { shape }) => [{ dtype: x.dtype, shape }],
  gradient: () => [noGradient, noGradient],
  evaluate: ([x], _attributes, [y]) => [broadcast(x, y.shape)],
  emit: (e, [x, images], { attributes: { axis }, outputs: [y] }) => {
    const place = typeof axis === 'number' ? axis : 0;
    const [sizes] = e.op('Shape', [images]);
    const [count] = e.op('Slice', [sizes, e.int64([0]), e.int64([1]), e.int64([0])]);
    const parts = [y.shape.slice(0, place), y.shape.slice(place + 1)];
    const [before, after] = parts.map((part) => (part.length === 0 ? [] : [e.int64(part)]));
    const [target] = e.op('Concat', [...(before ?? []), count, ...(after ?? [])], { axis: 0 });
    return e.op('Expand', [x, target]);
  },
  samples: [],
};

function expandAnyBatch(
  node: Node,
  counterpart: Node,
  x: Value,
  images: Value,
): readonly Value[] | undefined {
  const { shape } = at(node.outputs, 0);
  const other = at(counterpart.outputs, 0).shape;
  const varying = [...shape.keys()].filter((axis) => shape[axis] !== other[axis]);
  const [axis] = varying;
  if (axis === undefined) return undefined;
  if (varying.length > 1) throw fixedBatch(node);
  // Where x has the axis already, the others are what it is expanded in: 1 leaves an axis as it is.
  if (x.shape[axis - shape.length + x.shape.length] === shape[axis])
    return apply(ExpandOthers, [x], { shape, target: shape.with(axis, 1) });
  if (shape[axis] !== at(images.shape, 0)) throw fixedBatch(node);
  return apply(ExpandAnyBatch, [x, images], { shape, axis });
}

/** Expand whose file form leaves an axis as long as it is. */
const ExpandOthers: Primitive<
  { readonly shape: readonly number[]; readonly target: readonly number[] },
  1,
  1
> = {
  kind: 'primitive',
  name: 'ExpandOthers',
  doc: 'Expand in other axes than that of the images, in exported files.',
  infer: ([x], { shape }) => [{ dtype: x.dtype, shape }],
  gradient: () => [noGradient],
  evaluate: ([x], _attributes, [y]) => [broadcast(x, y.shape)],
  emit: (e, [x = ''], { attributes: { target } }) =>
    e.op('Expand', [x, e.int64(Array.isArray(target) ? target : [])]),
  samples: [],
};

function broadcast(x: Parameters<typeof broadcastReader>[0], shape: Shape): Float64Array {
  const read = broadcastReader(x, shape);
  return new Float64Array(sizeOf(shape)).map((_, i) => read(i));
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
