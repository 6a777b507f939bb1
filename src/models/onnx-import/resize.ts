import { at } from '../../errors.js';
import { matmul } from '../../graph/operators/matmul.js';
import { float32 } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';
import type { NodeReader } from './node-reader.js';

export const resizing = {
  // Up to operator set 10 the scales were the second input; now a region, which only one refused mode reads, is.
  Resize: weightless((node) => (node.opset < 11 ? resized(node, 1) : resized(node, 2, 3))),
  Upsample: weightless((node) => resized(node, 1)),
} satisfies Readonly<Record<string, Builder>>;

/**
 * Nearest, linear and cubic resizing of x [N,C,H,W] are linear maps of rows and of columns: y = R x C^T, so the gradient is
 * that of two matrix products.
 */
function resized(node: NodeReader, scalesAt: number, sizesAt?: number): Value {
  const x = node.value(0);
  const mode = node.text('mode', 'nearest');
  if (x.shape.length !== 4 || (mode !== 'nearest' && mode !== 'linear' && mode !== 'cubic'))
    throw node.unsupported(`has mode ${mode} on ${x.shape.length} axes`);
  const sizes = sizesAt === undefined ? undefined : ofAllAxes(node, node.optionalNumbers(sizesAt), x.shape);
  const scales = ofAllAxes(node, node.optionalNumbers(scalesAt), [1, 1, 1, 1]);
  const policy = node.text('keep_aspect_ratio_policy', 'stretch');
  if (sizes !== undefined && policy !== 'stretch') throw node.unsupported(`keeps proportions: ${policy}`);
  const antialias = node.int('antialias', 0) === 1;
  const matrices = [2, 3].map((axis) => {
    const size = at(x.shape, axis);
    const { target, scale } = targetOf(axis, size);
    // Without it, a smaller map has gaps between what it is made of.
    if (antialias && target < size && mode !== 'nearest')
      throw node.unsupported(`averages what it makes smaller (antialias)`);
    if (!(target >= 1 && target * size <= 2 ** 24)) throw node.invalid(`resizes ${size} to ${target}`);
    return resizeMatrix(size, target, scale, node);
  });
  function targetOf(axis: number, size: number) {
    if (scales !== undefined) return { target: Math.floor(size * at(scales, axis)), scale: at(scales, axis) };
    if (sizes === undefined) throw node.invalid('has neither scales nor sizes');
    return { target: at(sizes, axis), scale: at(sizes, axis) / size };
  }
  const resizesOthers =
    scales?.slice(0, 2).some((scale) => scale !== 1) === true ||
    (sizes !== undefined && sizes[1] !== x.shape[1]);
  if (resizesOthers) throw node.unsupported('resizes channels');
  return matmul(matmul(at(matrices, 0), x), at(matrices, 1), { transposeB: true });
}

/** Numbers of some axes, which a node may list, among those of all; an empty list is none. */
function ofAllAxes(
  node: NodeReader,
  numbers: readonly number[] | undefined,
  others: readonly number[],
): readonly number[] | undefined {
  if (numbers === undefined || numbers.length === 0) return undefined;
  const axes = (node.ints('axes') ?? [...others.keys()]).map((axis) => node.axis(axis, others.length));
  if (axes.length !== numbers.length)
    throw node.invalid(`has ${numbers.length} sizes of ${axes.length} axes`);
  const all = [...others];
  for (const [i, axis] of axes.entries()) all[axis] = at(numbers, i);
  return all;
}

/** [target, size]: row i has the weights of the elements that element i of the result is made of. */
function resizeMatrix(size: number, target: number, scale: number, node: NodeReader): Value {
  const weights = new Float32Array(target * size);
  const mode = node.text('mode', 'nearest');
  for (let i = 0; i < target; i++) {
    const place = coordinate(i, size, target, scale, node);
    const add = (element: number, weight: number) => {
      const index = i * size + Math.min(Math.max(element, 0), size - 1);
      weights[index] = at(weights, index) + weight;
    };
    if (mode === 'cubic')
      for (const [element, weight] of cubicWeights(place, size, node)) add(element, weight);
    else if (mode === 'linear') {
      const below = Math.floor(place);
      add(below, 1 - (place - below));
      add(below + 1, place - below);
    } else add(rounded(place, node), 1);
  }
  return constant(float32([target, size], weights));
}

/** Of the four elements around a place: [element, weight]. Those outside count as the outermost, or not at all. */
function cubicWeights(place: number, size: number, node: NodeReader): readonly (readonly [number, number])[] {
  const a = node.float('cubic_coeff_a', -0.75);
  const below = Math.floor(place);
  const around = [-1, 0, 1, 2].map((step): readonly [number, number] => {
    const distance = Math.abs(place - below - step);
    const weight =
      distance <= 1
        ? ((a + 2) * distance - (a + 3)) * distance ** 2 + 1
        : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
    return [below + step, weight];
  });
  if (node.int('exclude_outside', 0) === 0) return around;
  const inside = around.filter(([element]) => element >= 0 && element < size);
  const sum = inside.reduce((total, [, weight]) => total + weight, 0);
  return inside.map(([element, weight]) => [element, weight / sum]);
}

/** Where element i of the result lies in the original. Up to operator set 10 there was only the asymmetric way. */
function coordinate(i: number, size: number, target: number, scale: number, node: NodeReader): number {
  const way = node.text('coordinate_transformation_mode', node.opset < 11 ? 'asymmetric' : 'half_pixel');
  switch (way) {
    case 'asymmetric':
      return i / scale;
    case 'half_pixel':
      return (i + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return target > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return target > 1 ? (i * (size - 1)) / (target - 1) : 0;
    case 'tf_half_pixel_for_nn':
      return (i + 0.5) / scale;
    default:
      throw node.unsupported(`has coordinates ${way}`);
  }
}

function rounded(place: number, node: NodeReader): number {
  const way = node.text('nearest_mode', node.opset < 11 ? 'floor' : 'round_prefer_floor');
  switch (way) {
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
    case 'round_prefer_floor':
      return Math.ceil(place - 0.5);
    default:
      throw node.unsupported(`rounds by ${way}`);
  }
}
