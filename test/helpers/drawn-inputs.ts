import { at } from '../../src/errors.js';
import type { Shape, Tensor } from '../../src/graph/tensor.js';
import { input, type Value } from '../../src/graph/value.js';
import { drawSample, toTensor } from './samples.js';

/** Float inputs of the given shapes, with numbers drawn for them: in double precision, and as tensors. */
export function drawnInputs(shapes: readonly Shape[]) {
  const values = shapes.map((shape, i) => input(`x${i}`, { dtype: 'float32', shape }));
  const numbers = new Map(shapes.map((shape, i) => [`x${i}`, drawSample({ shape }, i + 1)]));
  const tensors = new Map<string, Tensor>(
    values.map((value, i) => [`x${i}`, toTensor(value, drawSample({ shape: value.shape }, i + 1))]),
  );
  return { x: (index: number): Value => at(values, index), values, numbers, tensors };
}
