import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classTokenFile } from '../../test/helpers/class-token.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile } from '../../test/helpers/onnx-fixtures.js';
import { at } from '../errors.js';
import { float32 } from '../graph/tensor.js';
import { imagenetPreprocessing } from '../nn/backbone.js';
import { importFile } from './onnx-import.js';
import { checkAgainstFile, checkAgreement, compareWithFile } from './self-check.js';

const random = (seed: number, ...shape: number[]) => tensorOf({ shape, seed, scale: 1, offset: 0 });

/** `nodes` make `f` [batch,4] of `p`, which a convolution has made. */
function fileOf(nodes: readonly OnnxFileNode[]): Uint8Array {
  return onnxFile({
    nodes: [
      { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['maps'] },
      { type: 'GlobalAveragePool', inputs: ['maps'], outputs: ['p'] },
      ...nodes,
      { type: 'Flatten', inputs: ['f'], outputs: ['flat'] },
      { type: 'Gemm', inputs: ['flat', 'weight'], outputs: ['logits'] },
      { type: 'Softmax', inputs: ['logits'], outputs: ['probabilities'] },
    ],
    initializers: {
      kernel: random(1, 4, 3, 3, 3),
      weight: random(2, 4, 3),
      zero: int64Tensor([0]),
      ratio: float32([], [0.5]),
      yes: { dtype: 'bool', shape: [], data: Uint8Array.of(1) },
    },
    inputs: { x: ['batch', 3, 8, 8] },
    outputs: ['probabilities'],
  });
}

describe('a network is compared with its file', () => {
  test('they agree, after a softmax, too', async () => {
    const bytes = fileOf([{ type: 'Relu', inputs: ['p'], outputs: ['f'] }]);
    const imported = importFile(bytes, { name: 'model.onnx' });
    await checkAgainstFile(imported, { bytes }, 1);
    const { expected, computed } = await compareWithFile(imported, { bytes }, 1);
    assert.deepEqual(expected.shape, [2, 3]);
    assert.ok(Math.abs(at(expected.data, 0) - at(expected.data, 3)) > 1e-3, 'two different images');
    expected.data.forEach((element, i) => {
      assert.ok(Math.abs(element - at(computed.data, i)) < 1e-6);
    });
  });

  test('they agree at another size than the file declares', async () => {
    const bytes = fileOf([{ type: 'Relu', inputs: ['p'], outputs: ['f'] }]);
    const preprocessing = imagenetPreprocessing(12);
    const imported = importFile(bytes, { name: 'model.onnx', preprocessing });
    assert.deepEqual(imported.classifier.size, { height: 8, width: 8 });
    await checkAgainstFile(imported, { bytes }, 1);
  });

  test('an element that differs is named', async () => {
    const imported = importFile(classTokenFile('batch'), { name: 'vit.onnx' });
    const comparison = await compareWithFile(imported, { bytes: classTokenFile('batch') }, 1);
    const changed = comparison.computed.data.slice();
    changed[7] = at(changed, 7) + 0.1;
    assert.throws(
      () =>
        checkAgreement(
          { ...comparison, computed: float32(comparison.computed.shape, changed) },
          imported.classifier,
        ),
      {
        code: 'model.not-like-its-file',
        message:
          /^vit\.onnx is not understood: element 2 of "logits" for random image 2 of 2 is .+ by the file alone/,
      },
    );
  });

  test('another number of rows or elements is named', () => {
    const { classifier } = importFile(classTokenFile('batch'), { name: 'vit.onnx' });
    const computed = float32([2, 5], new Float32Array(10));
    assert.throws(
      () => checkAgreement({ expected: float32([1, 5], new Float32Array(5)), computed }, classifier),
      {
        code: 'model.not-like-its-file',
        message: /its output "logits" is \[1,5\] for 2 images, not 5 numbers for each/,
      },
    );
  });

  test('a number and none do not agree; what is finite in neither is no difference', () => {
    const { classifier } = importFile(classTokenFile('batch'), { name: 'vit.onnx' });
    const some = float32([2, 5], new Float32Array(10).fill(1));
    const none = float32([2, 5], new Float32Array(10).fill(Number.NaN));
    const different = { code: 'model.not-like-its-file' };
    assert.throws(() => checkAgreement({ expected: some, computed: none }, classifier), different);
    assert.throws(() => checkAgreement({ expected: none, computed: some }, classifier), different);
    const partly = float32([2, 5], some.data.with(3, Number.POSITIVE_INFINITY));
    checkAgreement({ expected: partly, computed: partly }, classifier);
  });

  test('images that influence each other are found', async () => {
    const bytes = fileOf([
      { type: 'ReduceMean', inputs: ['p'], outputs: ['mean'], attributes: { axes: [0], keepdims: 1 } },
      { type: 'Sub', inputs: ['p', 'mean'], outputs: ['f'] },
    ]);
    const imported = importFile(bytes, { name: 'model.onnx' });
    await assert.rejects(checkAgainstFile(imported, { bytes }, 1), {
      code: 'model.not-like-its-file',
    });
  });

  test('a file in training mode is not compared', async () => {
    const bytes = fileOf([{ type: 'Dropout', inputs: ['p', 'ratio', 'yes'], outputs: ['f'] }]);
    const imported = importFile(bytes, { name: 'model.onnx' });
    assert.equal(imported.classifier.training, true);
    await checkAgainstFile(imported, { bytes }, 1);
  });

  test('a file that ONNX Runtime refuses is refused', async () => {
    const imported = importFile(classTokenFile('batch'), { name: 'vit.onnx' });
    await assert.rejects(
      checkAgainstFile(
        imported,
        {
          bytes: onnxFile({
            nodes: [{ type: 'Nothing', inputs: ['pixel_values'], outputs: ['logits'] }],
            initializers: {},
            inputs: { pixel_values: ['batch', 3, 8, 8] },
            outputs: ['logits'],
          }),
        },
        1,
      ),
      {
        code: 'model.not-runnable',
        message: /^ONNX Runtime cannot run vit\.onnx: /,
      },
    );
  });
});
