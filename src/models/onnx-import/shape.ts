import { at } from '../../errors.js';
import { broadcastShapes } from '../../graph/broadcast.js';
import { concat } from '../../graph/operators/concat.js';
import { expand } from '../../graph/operators/expand.js';
import { Split } from '../../graph/operators/split.js';
import { transpose } from '../../graph/operators/transpose.js';
import { apply, constant, type Value } from '../../graph/value.js';
import { arithmetic, type Builder, weightless } from './builder.js';
import { int64, MAXIMUM_MADE } from './constants.js';
import type { NodeReader } from './node-reader.js';
import { flattened, reshaped, squeezed, unsqueezed } from './reshaping.js';
import { padded, sliced } from './slicing.js';

export const shape = {
  // Stored tokens before those of an image, say a class token.
  Concat: arithmetic('norm', (node) => {
    const values = forBatch(node);
    return concat(values, node.axis(node.int('axis', 1), at(values, 0).shape.length));
  }),
  ConstantOfShape: weightless(filled),
  Expand: weightless((node) => {
    const x = node.value(0);
    return expand(x, broadcastShapes('Expand', x.shape, node.numbers(1)));
  }),
  Flatten: weightless(flattened),
  Pad: weightless(padded),
  Reshape: weightless(reshaped),
  Shape: weightless((node) => {
    const sizes = node.value(0).shape;
    return int64(sizes.slice(node.int('start', 0), node.int('end', sizes.length)));
  }),
  Size: weightless((node) =>
    int64(
      node.value(0).shape.reduce((a, b) => a * b, 1),
      [],
    ),
  ),
  Slice: weightless(sliced),
  Split: weightless(splits),
  Squeeze: weightless(squeezed),
  Transpose: weightless((node) => {
    const x = node.value(0);
    const perm = node.ints('perm') ?? [...x.shape.keys()].reverse();
    if ([...perm].sort((a, b) => a - b).join() !== [...x.shape.keys()].join())
      throw node.invalid(`permutes [${x.shape}] by [${perm}]`);
    return transpose(x, perm);
  }),
  Unsqueeze: weightless(unsqueezed),
} satisfies Readonly<Record<string, Builder>>;

/** Files exported for one image have their class token once: it goes before the tokens of every image. */
function forBatch(node: NodeReader): readonly Value[] {
  const values = node.values();
  const { batch, fromImages } = node.context;
  const perImage = (i: number) => fromImages(at(node.node.inputs, i));
  const axis = node.axis(node.int('axis', 1), at(values, 0).shape.length);
  if (axis === 0 || !values.some(({ shape }, i) => perImage(i) && shape[0] === batch)) return values;
  return values.map((value, i) =>
    value.shape[0] === 1 && !perImage(i) ? expand(value, [batch, ...value.shape.slice(1)]) : value,
  );
}

function filled(node: NodeReader): Value {
  const sizes = node.numbers(0);
  const size = sizes.reduce((a, b) => a * b, 1);
  if (sizes.some((n) => n < 0) || size > MAXIMUM_MADE) throw node.invalid(`makes a tensor of [${sizes}]`);
  const value = node.tensor('value');
  if (value !== undefined && value.data.length !== 1)
    throw node.invalid(`repeats ${value.data.length} numbers, not one`);
  const element = value === undefined ? 0 : Number(value.data[0]);
  if (value === undefined || value.dtype === 'float32')
    return constant({ dtype: 'float32', shape: sizes, data: new Float32Array(size).fill(element) });
  return int64(new Array<number>(size).fill(element), sizes);
}

/** Sizes are an attribute up to operator set 12, then an input; equal (the last may be smaller) if not given. */
function splits(node: NodeReader): readonly Value[] {
  const x = node.value(0);
  const axis = node.axis(node.int('axis', 0), x.shape.length);
  const total = at(x.shape, axis);
  const count = node.node.outputs.length;
  const each = Math.ceil(total / count);
  const equal = Array.from({ length: count }, (_, i) => Math.min(each, total - i * each));
  const sizes = node.optionalIntsOrInput('split', 1) ?? equal;
  if (sizes.some((n) => n < 0) || sizes.reduce((a, b) => a + b, 0) !== total)
    throw node.invalid(`cuts ${total} into [${sizes}]`);
  return apply(Split, [x], { axis, sizes });
}
