import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { classTokenFile } from '../../test/helpers/class-token.js';
import { classifierFile } from '../../test/helpers/classifier-file.js';
import { lastLine, testFolder } from '../../test/helpers/cli.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile, onnxNode } from '../../test/helpers/onnx-fixtures.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { inspectionSchema } from '../run/operations/inspect.js';

const random = (seed: number, ...shape: number[]) => tensorOf({ shape, seed, scale: 1, offset: 0 });

/** A convolution, what `nodes` make of it, and a linear layer. */
function fileOf(nodes: readonly OnnxFileNode[]): Uint8Array {
  return onnxFile({
    nodes: [
      { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['maps'] },
      ...nodes,
      { type: 'GlobalAveragePool', inputs: ['y'], outputs: ['p'] },
      { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
      { type: 'Gemm', inputs: ['f', 'weight'], outputs: ['logits'] },
    ],
    initializers: { kernel: random(1, 4, 3, 3, 3), weight: random(2, 4, 3) },
    inputs: { x: [1, 3, 8, 8] },
    outputs: ['logits'],
  });
}

/** As PyTorch's exporter writes a view of what a pooling made: features of 4 numbers, picked out of those of all images. */
function pickedFile(order: readonly number[]): Uint8Array {
  return onnxFile({
    nodes: [
      onnxNode('Conv', ['x', 'kernel'], 'maps'),
      onnxNode('LayerNormalization', ['maps', 'scale'], 'normal'),
      onnxNode('GlobalAveragePool', ['normal'], 'p'),
      onnxNode('Reshape', ['p', 'all'], 'flat'),
      onnxNode('Shape', ['x'], 'sizes'),
      onnxNode('Gather', ['sizes', 'zero'], 'count'),
      onnxNode('Range', ['zero', 'count', 'one'], 'images'),
      onnxNode('Mul', ['images', 'four'], 'firsts'),
      onnxNode('Unsqueeze', ['firsts', 'second'], 'column'),
      onnxNode('Add', ['column', 'order'], 'places'),
      onnxNode('Gather', ['flat', 'places'], 'f'),
      onnxNode('Gemm', ['f', 'weight'], 'logits'),
    ],
    initializers: {
      kernel: random(1, 4, 3, 3, 3),
      weight: random(2, 4, 3),
      scale: random(3, 6),
      all: int64Tensor([-1]),
      zero: int64Tensor([0], []),
      one: int64Tensor([1], []),
      four: int64Tensor([4]),
      second: int64Tensor([1]),
      order: int64Tensor(order, [1, 4]),
    },
    inputs: { x: ['batch', 3, 8, 8] },
    outputs: ['logits'],
    opset: 17,
  });
}

describe('inspect', () => {
  const folder = testFolder();

  const inspect = async (bytes: Uint8Array, ...args: readonly string[]) => {
    await writeFile(join(folder.path, 'model.onnx'), bytes);
    return adarand(folder.path, 'inspect', 'model.onnx', ...args);
  };
  const inspected = async (bytes: Uint8Array) => {
    const { stdout, code } = await inspect(bytes, '--json');
    const report = inspectionSchema.parse(lastLine(stdout));
    assert.equal(code, report.trains ? 0 : 1);
    return report;
  };

  test('what would be trained of a file', async () => {
    const { file, network, trains, problems, advice } = await inspected(classifierFile());
    assert.equal(trains, true);
    assert.deepEqual(problems, []);
    assert.deepEqual(advice, []);
    assert.deepEqual(file?.inputs, [{ name: 'x', shape: [null, 3, 8, 8] }]);
    assert.deepEqual(
      [file.features, file.head, file.compared],
      ['h', { output: 'z', normalised: null }, true],
    );
    assert.deepEqual(file.operators.at(0), { operator: 'Conv', nodes: 1, use: 'gradient' });
    assert.deepEqual([network?.feature_size, network?.classes, network?.image_size], [6, 5, 8]);
    assert.deepEqual(network?.parameters.at(0), { name: 'conv.w', kind: 'weight', shape: [4, 3, 3, 3] });
    assert.deepEqual(
      network.buffers.map(({ name }) => name),
      ['bn.m', 'bn.v'],
    );
    assert.deepEqual(network.groups, [
      { name: 'conv', parameters: ['conv.w', 'conv.b', 'bn.s', 'bn.b'] },
      { name: 'hidden', parameters: ['hidden.w', 'hidden.b'] },
    ]);
    assert.deepEqual(network.untrained, []);
    assert.equal(network.memory.batch_size, 32);
    assert.ok(network.memory.bytes > 32 * 4 * 8 * 8 * 4);
  });

  test('in words', async () => {
    const { stdout, code } = await inspect(classTokenFile(1), '--batch-size', '2');
    assert.equal(code, 0);
    assert.match(stdout, /^model\.onnx can be fine-tuned\n/);
    assert.match(stdout, /\nmade for +1 at a time; built for any number\n/);
    assert.match(stdout, /\nsame as file +yes, on two images\n/);
    assert.match(stdout, /\nmemory +at least \d+ kB for a step of 2 images\n/);
    assert.match(stdout, /\ngroups +patch\n/);
    assert.match(stdout, /\nConcat +1 +trained through\n/);
    const sample = await adarand(folder.path, 'inspect', 'sample');
    assert.match(sample.stdout, /\ngroups +4, from stem to layer3\.0\n/);
  });

  test('every operator that is missing, and how to export the file instead', async () => {
    const bytes = fileOf([
      { type: 'Nowhere', inputs: ['maps'], outputs: ['a'] },
      { type: 'Nothing', inputs: ['a'], outputs: ['b'] },
      { type: 'Nothing', inputs: ['b'], outputs: ['y'] },
    ]);
    const { trains, problems, file, network, advice } = await inspected(bytes);
    assert.equal(trains, false);
    assert.equal(network, null);
    assert.deepEqual(
      file?.operators.filter(({ use }) => use === 'unsupported'),
      [
        { operator: 'Nothing', nodes: 2, use: 'unsupported' },
        { operator: 'Nowhere', nodes: 1, use: 'unsupported' },
      ],
    );
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['model.unsupported-operator', 'model.unsupported-operator'],
    );
    assert.match(advice.join('\n'), /torch\.randn\(2, 3, 8, 8\),\), "model\.onnx", external_data=False/);
    const { stdout } = await inspect(bytes);
    assert.match(stdout, /^model\.onnx cannot be fine-tuned\n/);
    assert.match(stdout, /\nNothing +2 +NOT SUPPORTED\n/);
  });

  test('a folded BatchNorm is said to be, and no head is a problem', async () => {
    const folded = await inspected(fileOf([{ type: 'Relu', inputs: ['maps'], outputs: ['y'] }]));
    assert.equal(folded.trains, true);
    assert.match(folded.advice.at(0) ?? '', /^It has no normalisation/);
    const bytes = onnxFile({
      nodes: [{ type: 'Relu', inputs: ['x'], outputs: ['y'] }],
      inputs: { x: [1, 3, 8, 8] },
      outputs: ['y'],
    });
    const headless = await inspected(bytes);
    assert.deepEqual(
      headless.problems.map(({ code }) => code),
      ['model.no-head'],
    );
  });

  test('features picked by places that are counted for the batch: in their order, they are only reshaped', async () => {
    const { trains, problems } = await inspected(pickedFile([0, 1, 2, 3]));
    assert.deepEqual([trains, problems], [true, []]);
  });

  test('in another order, what train refuses is a problem', async () => {
    const { trains, problems, advice } = await inspected(pickedFile([3, 2, 1, 0]));
    assert.equal(trains, false);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['export.fixed-batch'],
    );
    assert.match(advice.join('\n'), /Another export of the same network may do/);
  });

  test('single numbers: what is called as the attribute of a module is trained; what may be one is said to stay', async () => {
    const file = (name: string) =>
      onnxFile({
        nodes: [
          onnxNode('Conv', ['x', 'kernel'], 'maps'),
          onnxNode('Mul', ['maps', name], 'y'),
          onnxNode('GlobalAveragePool', ['y'], 'p'),
          onnxNode('Flatten', ['p'], 'f'),
          onnxNode('Gemm', ['f', 'weight'], 'logits'),
        ],
        initializers: { kernel: random(1, 4, 3, 3, 3), weight: random(2, 4, 3), [name]: random(3) },
        inputs: { x: [1, 3, 8, 8] },
        outputs: ['logits'],
      });
    const found = async (name: string) => {
      const { file: described, network } = await inspected(file(name));
      return [network?.parameters.some((each) => each.name === name), described?.constants];
    };
    assert.deepEqual(await found('block.alpha'), [true, []]);
    assert.deepEqual(await found('alpha'), [false, ['alpha']]);
    assert.deepEqual(await found('val_3'), [false, []]);
  });

  test('the built-in network', async () => {
    const { stdout, code } = await adarand(folder.path, 'inspect', 'sample');
    assert.equal(code, 0);
    assert.match(stdout, /^sample can be fine-tuned\n\nimage size +20 x 20\n/);
  });
});
