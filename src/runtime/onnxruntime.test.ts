import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeOnnx } from '../graph/onnx/write.js';
import { matmul } from '../graph/operators/matmul.js';
import { float32, zeros } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import type { Driver } from './driver.js';
import { bindingDriver, cApiDriver } from './node.js';
import { webDriver } from './web.js';

const drivers: readonly (readonly [Driver, 'cpu' | 'wasm'])[] = [
  [bindingDriver, 'cpu'],
  [cApiDriver, 'cpu'],
  [webDriver, 'wasm'],
];

for (const [driver, device] of drivers)
  test(`${driver.name}: what ONNX Runtime refuses is an error with a code and a hint`, async () => {
    const options = { device, threads: 1 };
    const failed = { name: 'AdarandError', code: 'runtime.failed', hint: /--batch-size/ };
    const message = /^ONNX Runtime could not compile the network: [^\n]+$/;
    await assert.rejects(driver.createSession(Uint8Array.of(1, 2, 3), options), { ...failed, message });
    const [a, b] = [zeros('float32', [2, 3]), zeros('float32', [3, 2])];
    const product = matmul(input('a', a), input('b', b));
    const model = writeOnnx({ outputs: new Map([['product', product]]) }, device);
    const session = await driver.createSession(model, options);
    const feeds = new Map([['a', float32([3, 3], new Float32Array(9))]]);
    await assert.rejects(session.run(feeds.set('b', b), new Map([['product', zeros('float32', [2, 2])]])), {
      ...failed,
      message: /^ONNX Runtime could not run the network: [^\n]+$/,
    });
    await session.release();
  });
