import { type Shape, zeros } from '../../src/graph/tensor.js';
import { tensorOf } from './lcg.js';
import type { OperatorCase } from './onnx-operator-cases.js';

const random = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 1, offset: 0 });

/** In every direction, without and with a bias and first states: three steps of two sequences. */
export const lstmCases: readonly OperatorCase[] = ['forward', 'reverse', 'bidirectional'].flatMap(lstms);

function lstms(direction: string): readonly OperatorCase[] {
  const count = direction === 'bidirectional' ? 2 : 1;
  const [w, r, bias] = [random(3, [count, 16, 5]), random(4, [count, 16, 4]), random(5, [count, 32])];
  const [h, c] = [random(6, [count, 2, 4]), random(8, [count, 2, 4])];
  return [
    [w, r],
    [w, r, bias, undefined, zeros('float32', [count, 2, 4]), c],
    [w, r, bias, undefined, h, c],
  ].map((rest) => ({
    type: 'LSTM',
    x: [3, 2, 5],
    rest,
    attributes: { hidden_size: 4, direction, input_forget: 0 },
    outputs: 3,
  }));
}
