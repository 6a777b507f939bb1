import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainBriefly } from '../../test/fuzz/train-briefly.js';
import { classifierFile } from '../../test/helpers/classifier-file.js';
import { int64Tensor, type OnnxFileNode, onnxFile } from '../../test/helpers/onnx-fixtures.js';
import { type Tensor, zeros } from '../graph/tensor.js';
import { importOnnx } from './onnx-import.js';

/** Small files that ask for more than any machine has. */

const trained = async (file: Uint8Array) => trainBriefly(importOnnx(file, { name: 'tiny.onnx' }));

for (const side of [20_000, 1_000_000, 2 ** 53])
  test(`a step with images of ${side} pixels does not fit into the memory`, async () => {
    await assert.rejects(trained(classifierFile({ side })), { code: 'runtime.memory', hint: /--image-size/ });
  });

/** A node on images of 6 x 6, then a 1 x 1 convolution and the head. */
function withNode(node: Omit<OnnxFileNode, 'outputs'>, initializers: Readonly<Record<string, Tensor>>) {
  return onnxFile({
    nodes: [
      { ...node, outputs: ['y'] },
      { type: 'Conv', inputs: ['y', 'c'], outputs: ['m'] },
      { type: 'GlobalAveragePool', inputs: ['m'], outputs: ['p'] },
      { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
      { type: 'Gemm', inputs: ['f', 'w'], outputs: ['z'] },
    ],
    initializers: { ...initializers, c: zeros('float32', [4, 3, 1, 1]), w: zeros('float32', [4, 3]) },
    inputs: { x: ['batch', 3, 6, 6] },
    outputs: ['z'],
  });
}

const pads = (...by: number[]) => ({ pads: int64Tensor(by) });

for (const mode of ['edge', 'reflect'])
  test(`padding by far more than the map is refused: ${mode}`, async () => {
    const node = { type: 'Pad', inputs: ['x', 'pads'], attributes: { mode } };
    await assert.rejects(trained(withNode(node, pads(0, 0, 67_108_865, 0, 0, 0, 0, 1))), {
      code: 'model.invalid-node',
      message: /67108865/,
    });
    assertUndecided(await trained(withNode(node, pads(0, 0, 2, 0, 0, 0, 0, 1))));
  });

for (const side of [33, 100])
  test(`a kernel of ${side} x ${side} is trained`, async () => {
    const half = Math.floor(side / 2);
    const attributes = { pads: [half, half, half, half] };
    const w = zeros('float32', [3, 3, side, side]);
    assertUndecided(await trained(withNode({ type: 'Conv', inputs: ['x', 'k'], attributes }, { k: w })));
  });

/** The loss of logits that are all 0, as features of 0 and a new head give: that of three classes, equally likely. */
function assertUndecided(loss: number): void {
  assert.ok(Math.abs(loss - Math.log(3)) < 1e-6, `a loss of ${loss}`);
}
