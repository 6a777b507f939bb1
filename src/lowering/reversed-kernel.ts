import { at } from '../errors.js';
import { gather } from '../graph/operators/gather.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { float32, int32 } from '../graph/tensor.js';
import { constant, type Value } from '../graph/value.js';

/** w [K,C/g,kh,kw] with its elements reversed, and input and output channels exchanged: [C,K/g,kh,kw]. */
export function reversedKernel(w: Value, group: number): Value {
  const [filters, perGroup, kernelHeight, kernelWidth] = nchw(w.shape);
  const [channels, outputs] = [group * perGroup, filters / group];
  const size = kernelHeight * kernelWidth;
  const grouped = reshape(w, [group, outputs, perGroup, size]);
  const exchanged = reshape(transpose(grouped, [0, 2, 1, 3]), [channels * outputs, size]);
  return reshape(reverseRows(exchanged), [channels, outputs, kernelHeight, kernelWidth]);
}

/** Elements of a row up to which a product is faster than picking, and its matrix small. */
const PRODUCT = 1024;

/** The rows of x [n, size] backwards. Of few elements, a product with the reversed identity does it fastest. */
export function reverseRows(x: Value): Value {
  const size = at(x.shape, 1);
  if (size === 1) return x;
  if (size > PRODUCT) {
    const backwards = Int32Array.from({ length: size }, (_, i) => size - 1 - i);
    return gather(x, constant(int32([size], backwards)), 1);
  }
  const flip = Float32Array.from({ length: size * size }, (_, i) =>
    Number((i % size) + Math.floor(i / size) === size - 1),
  );
  return matmul(x, constant(float32([size, size], flip)));
}
