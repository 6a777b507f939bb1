import type { Shape } from '../../src/graph/tensor.js';
import { tensorOf } from './lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile } from './onnx-fixtures.js';

const random = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 1, offset: 0 });

/** A transformer without layers: a class token before four patches of an 8 x 8 image, positions, and the token read. */
export function classTokenFile(batch: number | string): Uint8Array {
  return transformer(
    batch,
    [
      { type: 'Softmax', inputs: ['placed'], outputs: ['mixed'], attributes: { axis: 1 } },
      { type: 'Gather', inputs: ['mixed', 'first'], outputs: ['features'], attributes: { axis: 1 } },
      { type: 'Gemm', inputs: ['features', 'fc.w'], outputs: ['logits'] },
    ],
    'logits',
  );
}

/** The same without a classifier: all of its tokens, through a ReLU. */
export function encoderFile(batch: number | string): Uint8Array {
  const output = 'last_hidden_state';
  return transformer(batch, [{ type: 'Relu', inputs: ['placed'], outputs: [output] }], output);
}

function transformer(batch: number | string, end: readonly OnnxFileNode[], output: string): Uint8Array {
  const free = typeof batch === 'string';
  const expand: OnnxFileNode[] = [
    { type: 'Shape', inputs: ['x'], outputs: ['sizes'] },
    { type: 'Slice', inputs: ['sizes', 'zero', 'one'], outputs: ['count'] },
    { type: 'Concat', inputs: ['count', 'one', 'eight'], outputs: ['target'], attributes: { axis: 0 } },
    { type: 'Expand', inputs: ['token', 'target'], outputs: ['tokens'] },
  ];
  return onnxFile({
    nodes: [
      { type: 'Conv', inputs: ['x', 'patch.w'], outputs: ['c'], attributes: { strides: [4, 4] } },
      { type: 'Reshape', inputs: ['c', 'flat'], outputs: ['rows'] },
      { type: 'Transpose', inputs: ['rows'], outputs: ['patches'], attributes: { perm: [0, 2, 1] } },
      ...(free ? expand : []),
      {
        type: 'Concat',
        inputs: [free ? 'tokens' : 'token', 'patches'],
        outputs: ['all'],
        attributes: { axis: 1 },
      },
      { type: 'Add', inputs: ['all', 'positions'], outputs: ['placed'] },
      ...end,
    ],
    initializers: {
      'patch.w': random(1, [8, 3, 4, 4]),
      flat: int64Tensor([0, 8, 4]),
      zero: int64Tensor([0]),
      one: int64Tensor([1]),
      eight: int64Tensor([8]),
      token: random(2, [1, 1, 8]),
      positions: random(3, [1, 5, 8]),
      first: int64Tensor([0], []),
      'fc.w': random(4, [8, 5]),
    },
    inputs: { x: [batch, 3, 8, 8] },
    outputs: [output],
  });
}
