import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { difference, floats, sharedOnnx, skipWithout } from '../../../test/helpers/onnx-fixtures.js';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { at } from '../../errors.js';
import { readSafetensors } from '../../files/safetensors.js';
import type { Shape, Tensor } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { recordingScope } from '../../nn/scope.js';
import { nodeDriver } from '../../runtime/node.js';
import { buildPart } from './build.js';
import { decodeOnnx } from './decode.js';
import { nodesFor } from './order.js';
import { weightRoles } from './weights.js';

/** Graphs that are no classifiers, whole: every output against the reference of their publisher's file. */
const graphs: Readonly<Record<string, Shape>> = {
  'ch_PP-OCRv4_det_infer': [1, 3, 64, 96],
  'ch_PP-OCRv4_rec_infer': [1, 3, 48, 160],
  'ch_ppocr_mobile_v2.0_cls_infer': [2, 3, 48, 192],
  face_detection_front_128x128_barracuda: [1, 128, 128, 3],
  mlsd_320x320_tiny: [1, 320, 320, 4],
  'version-RFB-320': [1, 3, 240, 320],
  'version-slim-320_simplified': [1, 3, 240, 320],
  'version-slim-320_without_postprocessing': [1, 3, 240, 320],
};

for (const [name, shape] of Object.entries(graphs))
  test(`${name}: every output as its reference`, { skip: skipWithout(sharedOnnx) }, async () => {
    const model = decodeOnnx(readFileSync(join(sharedOnnx, `${name}.onnx`)), name);
    const { tensors } = await readSafetensors(join(sharedOnnx, `${name}.ref.safetensors`));
    const images = tensorOf({ shape, seed: 12345, scale: 1, offset: 0 });
    for (const target of model.outputs) {
      const partNodes = nodesFor(target, model);
      const roles = weightRoles(model, partNodes);
      const scope = recordingScope(weightsOf(model.constants), { training: false });
      const part = { model, nodes: partNodes, roles, input: at(model.inputs, 0).name, target };
      const value = buildPart(part, input('images', images), scope);
      const feeds = new Map<string, Tensor>([...model.constants, ['images', images]]);
      const [result] = await runGraph(nodeDriver, 'cpu', [value], feeds);
      const expected = tensors.get(target);
      assert.ok(result !== undefined && expected !== undefined);
      assert.deepEqual(result.shape, expected.shape);
      const error = difference(floats(result), floats(expected));
      // ONNX Runtime's native kernels are themselves 6e-4 from mlsd's reference, made by its WebAssembly ones.
      assert.ok(error < (name === 'mlsd_320x320_tiny' ? 1e-3 : 1e-4), `${target}: ${error}`);
    }
  });

/** Every stored tensor, whatever its role. */
function weightsOf(constants: ReadonlyMap<string, Tensor>) {
  const stored = [...constants].flatMap(([name, tensor]) =>
    tensor.dtype === 'float32' ? [[name, tensor] as const] : [],
  );
  const parameters = new Map(stored.map(([name, tensor]) => [name, { kind: 'weight' as const, tensor }]));
  return { name: 'part', parameters, buffers: new Map(stored) };
}
