import { at } from '../errors.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { float32 } from '../graph/tensor.js';
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

/** The rows of x [n, size] backwards. Of so few elements, a product with the reversed identity does it fastest. */
export function reverseRows(x: Value): Value {
  const size = at(x.shape, 1);
  if (size === 1) return x;
  const flip = Float32Array.from({ length: size * size }, (_, i) =>
    Number((i % size) + Math.floor(i / size) === size - 1),
  );
  return matmul(x, constant(float32([size, size], flip)));
}
